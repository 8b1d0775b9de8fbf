import type { Limits } from "../../lib/model/limits.js";
import type { Metadata, MetadataValue } from "../../lib/model/metadata.js";
import type { Kinds } from "../../lib/model/query.js";
import {
  checkedMetadata,
  checkedVector,
  demand,
  demandFields,
  isPlain,
  refuse,
  within,
} from "./naive-checks.js";
import { contentId, expiryOf, type NaiveEntry } from "./naive-entries.js";

/** What the patch of an update makes of an entry. */
export function checkedPatch(
  limits: Limits,
  { patch, metadata: mode = "merge" }: Kinds["update"]["ask"],
  now: number,
) {
  demandFields(patch, ["vector", "metadata", "remove", "ttlMs"], "patch");
  const { remove = [], ttlMs } = patch;
  const expiresAt = expiryOf(now, ttlMs);
  const vector = patch.vector === undefined ? undefined : checkedVector(patch.vector);
  const metadata =
    patch.metadata === undefined ? undefined : checkedMetadata(limits, patch.metadata);
  demand(mode === "merge" || mode === "replace", "metadata is merge or replace");
  demand(Array.isArray(remove), "remove is a list");
  within(limits, "predicateTerms", remove.length);
  for (const name of remove) {
    demand(typeof name === "string" && name !== "" && name.isWellFormed(), "names are texts");
    within(limits, "metadataDepth", name.split(".").length);
    const set = Object.keys(metadata ?? {});
    demand(!set.includes(name) && !set.includes(name.split(".")[0]), `${name} is set as well`);
  }
  if (mode === "replace") demand(metadata !== undefined && remove.length === 0, "all of it");
  return {
    vector,
    saysNothing:
      vector === undefined &&
      ttlMs === undefined &&
      mode === "merge" &&
      remove.length === 0 &&
      Object.keys(metadata ?? {}).length === 0,
    expiryOf: (was: number | undefined) => (ttlMs === undefined ? was : expiresAt),
    metadataOf(was: Metadata): Metadata {
      if (mode === "replace") return metadata ?? {};
      let left: Fields = structuredClone(was) as Fields;
      for (const name of remove) left = without(left, name) ?? left;
      return { ...left, ...metadata };
    },
  };
}

/** The entries after the patch, the ids that were written, and those that are no more. */
export function patchedEntries(
  limits: Limits,
  { entries, dimension }: PatchedStore,
  ids: readonly string[],
  { vector: next, saysNothing, metadataOf, expiryOf }: ReturnType<typeof checkedPatch>,
  version: number,
) {
  if (next !== undefined) checkedVector(next, dimension);
  const after = new Map(entries);
  const written: string[] = [];
  const there = saysNothing ? [] : [...entries.values()].filter(({ id }) => ids.includes(id));
  for (const { id, vector, metadata, expiresAt } of there) {
    const place = next && id === contentId(vector) ? contentId(next) : id;
    if (place !== id && after.has(place)) {
      refuse("ENTRY_EXISTS", `${place} is there`, { id: place });
    }
    after.delete(id);
    const patched = checkedMetadata(limits, metadataOf(metadata));
    after.set(place, {
      ...{ id: place, vector: next ?? vector, metadata: patched, version },
      expiresAt: expiryOf(expiresAt),
    });
    written.push(place);
  }
  const gone = there.map(({ id }) => id).filter((id) => !after.has(id));
  return { entries: after, written, gone };
}

interface PatchedStore {
  readonly dimension: number;
  readonly entries: ReadonlyMap<string, NaiveEntry>;
}

type Fields = { [name: string]: MetadataValue };

/** The fields without the one of that name, as it stands or reached at a dot; undefined where it is not there. */
function without(fields: Fields, name: string): Fields | undefined {
  if (Object.hasOwn(fields, name)) {
    return Object.fromEntries(Object.entries(fields).filter(([one]) => one !== name));
  }
  const parts = name.split(".");
  for (let end = parts.length - 1; end > 0; end--) {
    const head = parts.slice(0, end).join(".");
    const inner = Object.hasOwn(fields, head) ? fields[head] : undefined;
    if (!isPlain(inner)) continue;
    const left = without(inner as Fields, parts.slice(end).join("."));
    if (left !== undefined) return { ...fields, [head]: left };
  }
  return undefined;
}
