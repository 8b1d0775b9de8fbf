import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The URLs of all modules, ours and others', that a process has loaded once it has imported this one. */
export function loadedModules(url: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "ahnlich-"));
  try {
    const code = `import ${JSON.stringify(url)}`;
    // V8's coverage names every script that was compiled, however it was loaded.
    const env = { ...process.env, NODE_V8_COVERAGE: folder, NODE_OPTIONS: "" };
    execFileSync(process.execPath, ["--input-type=module", "-e", code], { env });
    return readdirSync(folder).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(join(folder, file), "utf8"));
      return result.map((script: { url: string }) => script.url);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
