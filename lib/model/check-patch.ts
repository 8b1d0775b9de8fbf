import { checkArray, checkChoice, readArguments, refusal } from "./check-argument.js";
import { checkFieldName } from "./check-field-name.js";
import { checkVector } from "./check-key.js";
import { checkMetadata } from "./check-metadata.js";
import { checkTtl } from "./check-ttl.js";
import type { CheckedPatch } from "./checked-query.js";
import { failAt } from "./fail-at.js";
import type { Limits } from "./limits.js";
import type { Metadata } from "./metadata.js";
import type { MetadataMode, Patch } from "./patch.js";

/**
 * What an update changes, copied, and what becomes of the other fields of the metadata.
 *
 * @throws INVALID_ARGUMENT also where it contradicts itself: a field both set and removed, a removal or no metadata
 * where all is replaced
 * @throws LIMIT_EXCEEDED
 */
export function checkPatch(patch: unknown, mode: unknown, limits: Limits): CheckedPatch {
  const given = readArguments(patch, fields, "patch");
  const { vector, metadata, ttlMs } = given;
  const checked = {
    vector: vector === undefined ? undefined : checkVector(vector, limits, "patch.vector"),
    metadata:
      metadata === undefined ? undefined : checkMetadata(metadata, limits, "patch.metadata"),
    ttlMs: ttlMs === undefined || ttlMs === null ? ttlMs : checkTtl(ttlMs, "patch.ttlMs"),
    remove: given.remove === undefined ? [] : checkNames(given.remove, limits),
    replaces: checkChoice<MetadataMode>(mode, modes, "merge", "metadata") === "replace",
  };
  if (checked.replaces) checkReplacing(checked);
  else checkMerging(checked.remove, checked.metadata);
  return checked;
}

function checkNames(remove: unknown, limits: Limits): string[] {
  const names = checkArray(remove, limits, "predicateTerms", "patch.remove");
  return Array.from(names, (name, i) => {
    const path = `patch.remove[${i}]`;
    if (typeof name !== "string") throw refusal(path, "the name of a field", name);
    checkFieldName(name, limits, path, "patch.remove");
    return name;
  });
}

function checkReplacing({ metadata, remove }: CheckedPatch): void {
  if (metadata === undefined) {
    failAt("patch.metadata", `expected the whole metadata, as metadata: "replace" is said`);
  }
  if (remove.length > 0) {
    failAt("patch.remove", `there is nothing to remove where metadata: "replace" is said`);
  }
}

function checkMerging(remove: readonly string[], metadata: Metadata = {}): void {
  for (const [i, name] of remove.entries()) {
    const [first] = name.split(".");
    for (const set of [name, first]) {
      if (!Object.hasOwn(metadata, set)) continue;
      failAt(`patch.remove[${i}]`, `${JSON.stringify(set)} is also set by patch.metadata`);
    }
  }
}

const fields: { readonly [F in keyof Patch]-?: true } = {
  vector: true,
  metadata: true,
  remove: true,
  ttlMs: true,
};
const modes: readonly MetadataMode[] = ["merge", "replace"];
