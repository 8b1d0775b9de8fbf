import type { Limits } from "../../lib/model/limits.js";
import type { Metadata, MetadataValue } from "../../lib/model/metadata.js";
import type { Kinds } from "../../lib/model/query.js";
import {
  checkedMetadata,
  checkedVector,
  demand,
  demandFields,
  isPlain,
  within,
} from "./naive-checks.js";

/** What the patch of an update makes of an entry. */
export function checkedPatch(
  limits: Limits,
  { patch, metadata: mode = "merge" }: Kinds["update"]["ask"],
) {
  demandFields(patch, ["vector", "metadata", "remove"], "patch");
  const { remove = [] } = patch;
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
      mode === "merge" &&
      remove.length === 0 &&
      Object.keys(metadata ?? {}).length === 0,
    metadataOf(was: Metadata): Metadata {
      if (mode === "replace") return metadata ?? {};
      let left: Fields = structuredClone(was) as Fields;
      for (const name of remove) left = without(left, name) ?? left;
      return { ...left, ...metadata };
    },
  };
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
