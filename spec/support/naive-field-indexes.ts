import type { Limits } from "../../lib/model/limits.js";
import { demand, demandBoolean, refuse, within } from "./naive-checks.js";
import type { NaiveStore } from "./naive-stores.js";

export function demandIndexes(limits: Limits, indexes: unknown): void {
  demand(Array.isArray(indexes), "indexes is a list");
  if (indexes.length > 64) refuse("LIMIT_EXCEEDED", `${indexes.length} indexes`);
  for (const field of indexes) demandIndexed(limits, field);
  demand(new Set(indexes).size === indexes.length, "each field once");
}

/** Whether there was none. */
export function createIndexNaively(limits: Limits, store: NaiveStore, field: unknown): boolean {
  demandIndexed(limits, field);
  if (store.indexes.has(field)) return false;
  if (store.indexes.size >= 64) refuse("LIMIT_EXCEEDED", "64 indexes are there");
  const { metadata = {} } = [...store.entries.values()][0] ?? {};
  const held = (metadata as { [name: string]: unknown })[field];
  const isVector = Array.isArray(held) && held.length >= 64;
  demand(!isVector || !held.every((one) => typeof one === "number"), "it holds vectors");
  store.indexes.add(field);
  return true;
}

/** Whether there was one. */
export function dropIndexNaively(
  limits: Limits,
  store: NaiveStore,
  { field, ifExists }: { field: string; ifExists?: boolean | undefined },
): boolean {
  demandIndexed(limits, field);
  demandBoolean(ifExists, "ifExists");
  if (store.indexes.delete(field)) return true;
  return ifExists === true ? false : refuse("INDEX_NOT_FOUND", `no index of ${field}`);
}

function demandIndexed(limits: Limits, field: unknown): asserts field is string {
  demand(typeof field === "string" && field !== "" && field.isWellFormed(), "a field has a name");
  if (Buffer.byteLength(field) > 512) refuse("LIMIT_EXCEEDED", "the name is too long");
  within(limits, "metadataDepth", field.split(".").length);
  demand(!field.startsWith("$"), "no field begins with $");
}
