import type { Command } from "./command.js";
import type { Draft } from "./draft.js";
import type { Steps } from "./steps.js";

type Expire = Extract<Command, { kind: "expire" }>;

/** How many entries are gone: those that were written anew since the command was made are not. */
export function* applyExpire(draft: Draft, command: Expire): Steps<number> {
  const store = draft.catalog.find(command.store);
  if (store?.incarnation !== command.incarnation) return 0;
  const ids: string[] = [];
  const died: number[] = [];
  for (const { id, ordinal } of command.due) {
    const isSame = draft.find(store, id) === ordinal;
    if (isSame && draft.hasExpired(store, id, ordinal, command.time)) {
      draft.delete(store, command, id, ordinal);
      ids.push(id);
      died.push(ordinal);
    }
    yield;
  }
  if (ids.length === 0) return 0;
  const { nextOrdinal } = store.counters;
  const entries = store.counters.entries - ids.length;
  const changed = { kind: "expire", ids, died } as const;
  yield* draft.change(store, command, changed, { nextOrdinal, entries });
  return ids.length;
}
