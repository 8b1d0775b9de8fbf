import type { GuardedTarget } from "../model/checked-query.js";
import type { StoredEntry } from "../rows/entry-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import { checkVersion } from "./check-version.js";
import type { Draft } from "./draft.js";
import type { DraftedEntry } from "./drafted-entries.js";
import { hasExpired } from "./expiry.js";
import { scanDraft } from "./scan-draft.js";
import type { Steps } from "./steps.js";

/**
 * Visits every entry that the target means and that lives at the time, once. What it visits is valid until the
 * snapshot is read again.
 *
 * @throws VERSION_CONFLICT where one of the ids has another version than the target's
 */
export function* visitTargets(
  draft: Draft,
  store: StoredStore,
  { target, ifVersion, time }: GuardedTarget & { readonly time: number },
  visit: (entry: StoredEntry | DraftedEntry) => void,
): Steps<void> {
  if (target.kind !== "ids") {
    const where = target.kind === "where" ? target.where : undefined;
    yield* scanDraft(draft, store, time, where, visit);
    return;
  }
  for (const id of new Set(target.ids)) {
    const ordinal = draft.find(store, id);
    const found = ordinal === undefined ? undefined : draft.read(store, id, ordinal);
    const entry = found && hasExpired(found.expiresAt, time) ? undefined : found;
    checkVersion(id, ifVersion, entry);
    if (entry !== undefined) visit(entry);
    yield;
  }
}
