import { spawnSync } from "node:child_process";
import { type ContenderName, contenders } from "./contender.js";
import { locate, versionOf } from "./packages.js";

/** What a process is started with. */
export interface Node {
  readonly execPath: string;
  /** Its version. */
  readonly node: string;
}

/** What a contender runs on, and the version of its package. */
export interface Runtime extends Node {
  readonly version: string;
}

export const hereNode: Node = { execPath: process.execPath, node: process.version };

/** Those that are installed; a contender that wants a later Node gets one from npx, where there is one to be had. */
export function findRuntimes(ourVersion: string): Map<ContenderName, Runtime> {
  const runtimes = new Map<ContenderName, Runtime>();
  for (const name of Object.keys(contenders) as ContenderName[]) {
    if (name === "ahnlich") runtimes.set(name, { ...hereNode, version: ourVersion });
    else if (locate(name) !== undefined) {
      const node = name === "sqlite-vec" ? nodeWithSqlite() : hereNode;
      if (node !== undefined) runtimes.set(name, { ...node, version: versionOf(name) });
    }
  }
  return runtimes;
}

/** node:sqlite is there from Node 22 on. */
export function nodeWithSqlite(): Node | undefined {
  return Number(process.versions.node.split(".")[0]) >= 22 ? hereNode : findNode("22");
}

/** Another Node, from npx, where there is one to be had. */
export function findNode(version: string): Node | undefined {
  const print = "console.log(process.execPath, process.version)";
  const options = ["--yes", "--package", `node@${version}`, "node", "-e", print];
  const { status, stdout } = spawnSync("npx", options, { encoding: "utf8" });
  const [execPath, node] = stdout.trim().split(" ");
  return status === 0 && execPath && node ? { execPath, node } : undefined;
}
