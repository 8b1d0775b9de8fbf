import type { EntryInput } from "../../lib/model/entry.js";
import { toAhnlichError } from "../../lib/model/errors.js";
import type { Limits } from "../../lib/model/limits.js";
import type { Query } from "../../lib/model/query.js";
import { demand, demandStoreName, isPlain, refuse, within } from "./naive-checks.js";
import type { NaiveEntry } from "./naive-entries.js";
import type { NaiveLog } from "./naive-log.js";

/** Asks the writes one after the other; the first that is refused ends it, and is named by its place. */
export function naiveTransaction(
  limits: Limits,
  writes: unknown,
  ask: (write: Query) => unknown,
): unknown[] {
  demand(Array.isArray(writes), "writes is a list");
  within(limits, "queriesPerPipeline", writes.length);
  const namespaces = new Set<string>();
  let [entries, bytes, scans] = [0, 0, 0];
  return writes.map((write: unknown, index) => {
    try {
      demand(isPlain(write), "a write is a query");
      demand(["set", "update", "delete"].includes(String(write.kind)), "only writes");
      const store: unknown = write.store;
      demandStoreName(store);
      namespaces.add(namespaceOf(store));
      demand(namespaces.size === 1, "one namespace");
      const list = write.kind === "set" ? write.entries : write.target;
      entries += Array.isArray(list) ? list.length : Number(typeof list === "string");
      within(limits, "entriesPerWrite", entries);
      scans += Number(isPlain(write.target));
      if (scans > 100) refuse("LIMIT_EXCEEDED", "too many writes by predicates");
      const answer = ask(write as unknown as Query);
      bytes += bytesOf(write as never);
      within(limits, "bytesPerWrite", bytes);
      return answer;
    } catch (error) {
      const { code, message, details } = toAhnlichError(error);
      return refuse(code, `writes[${index}]: ${message}`, { ...details, index });
    }
  });
}

/** What a write that was carried out brought. */
function bytesOf({ kind, entries, patch }: { kind: string; entries: object[]; patch: object }) {
  const brought = kind === "set" ? entries : kind === "update" ? [patch] : [];
  const sizes = brought.map((one) => {
    const { id = "", vector = [], metadata = {} } = one as EntryInput;
    return Buffer.byteLength(id) + vector.length * 4 + JSON.stringify(metadata).length;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

interface Kept {
  entries: Map<string, NaiveEntry>;
  sequence: number;
  readonly log: NaiveLog;
}

/** A function that makes the stores what they are now. */
export function remember(stores: readonly Kept[]): () => void {
  const before = stores.map((store) => {
    const { entries, sequence, log } = store;
    return { store, entries: new Map(entries), sequence, logged: log.size };
  });
  return () => {
    for (const { store, logged, ...was } of before) {
      Object.assign(store, was);
      store.log.size = logged;
    }
  };
}

function namespaceOf(store: string): string {
  const parts = store.split("/");
  return parts.length === 2 ? parts[0] : "";
}
