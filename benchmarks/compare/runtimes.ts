import { spawnSync } from "node:child_process";
import { type ContenderName, contenders } from "./contender.js";
import { locate, versionOf } from "./packages.js";

/** What a contender runs on. */
export interface Runtime {
  /** The node that its process is started with. */
  readonly execPath: string;
  readonly node: string;
  readonly version: string;
}

/** Those that are installed; a contender that wants a later Node gets one from npx, where there is one to be had. */
export function findRuntimes(ourVersion: string): Map<ContenderName, Runtime> {
  const runtimes = new Map<ContenderName, Runtime>();
  const here = { execPath: process.execPath, node: process.version };
  for (const name of Object.keys(contenders) as ContenderName[]) {
    if (name === "ahnlich") runtimes.set(name, { ...here, version: ourVersion });
    else if (locate(name) !== undefined) {
      const node = name === "sqlite-vec" ? nodeWithSqlite() : here;
      if (node !== undefined) runtimes.set(name, { ...node, version: versionOf(name) });
    }
  }
  return runtimes;
}

/** node:sqlite is there from Node 22 on. */
function nodeWithSqlite(): { execPath: string; node: string } | undefined {
  if (Number(process.versions.node.split(".")[0]) >= 22) {
    return { execPath: process.execPath, node: process.version };
  }
  const print = "console.log(process.execPath, process.version)";
  const options = ["--yes", "--package", "node@22", "node", "-e", print];
  const { status, stdout } = spawnSync("npx", options, { encoding: "utf8" });
  const [execPath, node] = stdout.trim().split(" ");
  return status === 0 && execPath && node ? { execPath, node } : undefined;
}
