import { idKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Command } from "./command.js";
import type { Draft } from "./draft.js";
import { hasExpired } from "./expiry.js";
import { scanEntries } from "./scan.js";
import type { Steps } from "./steps.js";
import { trimChanges } from "./trim-changes.js";

type Delete = Extract<Command, { kind: "delete" }>;

/** How many entries there were. */
export function* applyDelete(draft: Draft, command: Delete): Steps<number> {
  const store = draft.catalog.get(command.store);
  const found = yield* find(draft, store, command);
  if (found.size === 0) return 0;
  for (const [id, ordinal] of found) {
    draft.delete(store, command, id, ordinal);
    yield;
  }
  const { nextOrdinal } = store.counters;
  const entries = store.counters.entries - found.size;
  const ids = [...found.keys()];
  const changed = yield* draft.change(store, command, "delete", ids, { nextOrdinal, entries });
  trimChanges(draft, changed, command.time);
  return found.size;
}

/** The ordinals of what is to go, by id. */
function* find(
  draft: Draft,
  store: StoredStore,
  { target, time }: Delete,
): Steps<Map<string, number>> {
  const found = new Map<string, number>();
  if (target.kind === "ids") {
    for (const id of target.ids) {
      const ordinal = draft.find(store, id, idKey(store.incarnation, id));
      const isThere = ordinal !== undefined && !hasExpired(draft.expiryOf(store, ordinal), time);
      if (isThere) found.set(id, ordinal);
      yield;
    }
    return found;
  }
  const where = target.kind === "where" ? target.where : undefined;
  yield* scanEntries(draft.snapshot, store, time, where, ({ id, ordinal }) =>
    found.set(id, ordinal),
  );
  return found;
}
