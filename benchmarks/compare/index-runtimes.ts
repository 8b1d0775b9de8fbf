import { indexes } from "./indexes/all.js";
import { locate, versionOf } from "./packages.js";
import { type Node, nodeWithSqlite, type Runtime } from "./runtimes.js";

/** Those of the indexes whose packages are installed; the names of the others. */
export function findIndexRuntimes(names: readonly string[], node: Node, ourVersion: string) {
  const runtimes = new Map<string, Runtime>();
  const missing: string[] = [];
  for (const name of names) {
    const { package: needed } = indexes[name];
    const chosen = needed === "sqlite-vec" ? nodeOfSqlite(node) : node;
    if (needed === undefined) runtimes.set(name, { ...node, version: ourVersion });
    else if (chosen === undefined || locate(needed) === undefined) missing.push(name);
    else runtimes.set(name, { ...chosen, version: versionOf(needed) });
  }
  return { runtimes, missing };
}

/** Any will do with better-sqlite3; without it, node:sqlite is needed. */
function nodeOfSqlite(node: Node): Node | undefined {
  const isLate = Number(/\d+/.exec(node.node)?.[0]) >= 22;
  return isLate || locate("better-sqlite3") !== undefined ? node : nodeWithSqlite();
}
