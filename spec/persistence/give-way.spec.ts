import assert from "node:assert/strict";
import { once } from "node:events";
import { getPriority } from "node:os";
import { Worker } from "node:worker_threads";

describe("A thread that gives way", () => {
  it("does so alone, where the system knows priorities of threads", async () => {
    const before = getPriority(process.pid);
    const module = new URL("../../lib/persistence/give-way.js", import.meta.url).href;
    const script = `
      const { parentPort } = require("node:worker_threads");
      const { getPriority } = require("node:os");
      const { readlinkSync, existsSync } = require("node:fs");
      const priority = () => {
        const self = "/proc/thread-self";
        return getPriority(existsSync(self) ? Number(readlinkSync(self).split("/").at(-1)) : 0);
      };
      import(${JSON.stringify(module)}).then(({ giveWay }) => {
        giveWay();
        parentPort.postMessage(priority());
      });`;
    const worker = new Worker(script, { eval: true });
    const [there] = await once(worker, "message");
    assert.equal(getPriority(process.pid), before);
    if (process.platform === "linux") assert.equal(there, Math.max(before, 10));
  });
});
