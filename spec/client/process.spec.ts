import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs a module's text in a process of its own; its exit code and output once it has ended by itself. */
async function run(code: string): Promise<{ exit: unknown; output: string }> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const [exit] = await once(child, "close");
  return { exit, output };
}

const url = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);
const prelude = `
  import { connect } from ${url("lib/client.js")};
  import { listen } from ${url("lib/server.js")};
  import { FakeEngine } from ${url("spec/support/fake-engine.js")};
  const engine = new FakeEngine();
  const server = await listen(engine, { port: 0 });
  const client = await connect(server.url);
  await client.ping();
`;

describe("a process with a client", () => {
  it("ends by itself once client and server are closed", async () => {
    const code = `${prelude} await client.close(); await server.close(); console.log("closed");`;
    assert.deepEqual(await run(code), { exit: 0, output: "closed\n" });
  });

  it("ends by itself when the server is gone and nobody waits for an answer", async () => {
    const code = `${prelude} await server.close(); console.log("gone");`;
    assert.deepEqual(await run(code), { exit: 0, output: "gone\n" });
  });

  it("lives until a call that waits for the server was told that it is not there", async () => {
    const code = `${prelude}
      const other = await connect(server.url, { connectTimeoutMs: 500 });
      await server.close();
      await other.ping().catch((error) => console.log(error.code));
    `;
    assert.deepEqual(await run(code), { exit: 0, output: "CONNECTION_LOST\n" });
  });
});
