import { idKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Command, DeleteTarget } from "./command.js";
import type { Draft } from "./draft.js";
import { scanDraft } from "./scan-draft.js";
import type { Steps } from "./steps.js";

type Delete = Extract<Command, { kind: "delete" }>;

/** How many entries there were. */
export function* applyDelete(draft: Draft, command: Delete): Steps<number> {
  const store = draft.catalog.get(command.store);
  const found = yield* find(draft, store, command.target);
  if (found.size === 0) return 0;
  for (const [id, ordinal] of found) {
    draft.delete(store, command, id, ordinal);
    yield;
  }
  const { nextOrdinal } = store.counters;
  const entries = store.counters.entries - found.size;
  const ids = [...found.keys()];
  yield* draft.change(store, command, "delete", ids, { nextOrdinal, entries });
  return found.size;
}

/** The ordinals of what is to go, by id. */
function* find(draft: Draft, store: StoredStore, target: DeleteTarget): Steps<Map<string, number>> {
  const found = new Map<string, number>();
  if (target.kind === "ids") {
    for (const id of target.ids) {
      const ordinal = draft.find(store, id, idKey(store.incarnation, id));
      if (ordinal !== undefined) found.set(id, ordinal);
      yield;
    }
    return found;
  }
  const where = target.kind === "where" ? target.where : undefined;
  yield* scanDraft(draft, store, where, ({ id, ordinal }) => found.set(id, ordinal));
  return found;
}
