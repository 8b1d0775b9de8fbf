import { isAbsolute } from "node:path";
import { checkBackupName } from "../model/backup-name.js";
import type { Query } from "../model/query.js";

/*
 * How a process that has joined a folder asks its owner for a copy of all rows, in a file that is not there yet. It is
 * a `backup` whose name is a path, which only the server at the owner's bell takes: the names that clients of other
 * servers may give are never absolute.
 */

export function copyQuery(file: string): Query<"backup"> {
  return { kind: "backup", name: file };
}

/** The file; undefined where it is an ordinary name. */
export function copiedFile({ name }: Query<"backup">): string | undefined {
  return typeof name === "string" && isAbsolute(name) ? name : undefined;
}

/** Makes sure that nobody who asks us has us ask the owner for such a copy. @throws INVALID_ARGUMENT */
export function refusePath(query: Query): void {
  if (typeof query !== "object" || query === null || query.kind !== "backup") return;
  if (copiedFile(query) !== undefined) checkBackupName(query.name);
}
