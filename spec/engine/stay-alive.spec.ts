import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { runProgram } from "../support/run-program.js";

describe("an engine that closes", () => {
  it("keeps the process alive until it is closed, whatever it waits for", async () => {
    const child = fileURLToPath(new URL("../support/closing-child.js", import.meta.url));
    const { code, stdout, stderr } = await runProgram(process.execPath, [child]);
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "closed", stderr: "" });
  });
});
