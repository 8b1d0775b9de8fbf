import { spawn } from "node:child_process";
import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { delimiter, resolve } from "node:path";
import { TemporaryFolder } from "./temporary-folder.js";

/**
 * Runs the lines of a document in a folder of their own, with our command on the path. A server that a
 * line leaves behind with `&` is waited for before the next line, and ended after the last. The usual
 * port may be taken, so a free one stands in for it.
 */
export async function runShell(text: string): Promise<{ code: number | null; output: string }> {
  const folder = new TemporaryFolder();
  symlinkSync(resolve("build/lib/cli/main.js"), folder.at("ahnlich"));
  const port = await freePort();
  const script = text
    .replaceAll("1369", port)
    .replace(/ahnlich serve(?!.*--(?:port|socket))/g, `ahnlich serve --port ${port}`)
    .replace(/^npx ahnlich/gm, "ahnlich")
    .replace(/^(.*) &$/gm, "$1 > served 2>&1 &\nuntil grep -q listens served; do sleep 0.05; done");
  const ending = 'jobs -p | while read -r job; do kill "$job" || true; done; wait';
  const path = `${folder.path}${delimiter}${process.env.PATH}`;
  const child = spawn("bash", ["-euc", `${script}\n${ending}`], {
    cwd: folder.path,
    env: { ...process.env, PATH: path },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 30_000,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  try {
    const code = await new Promise<number | null>((done, fail) => {
      child.on("error", fail).on("close", done);
    });
    return { code, output };
  } finally {
    folder.remove();
  }
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return String(port);
}
