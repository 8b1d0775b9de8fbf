import type { Command } from "./command.js";
import type { Draft } from "./draft.js";
import type { Steps } from "./steps.js";
import { visitTargets } from "./targets.js";

type Delete = Extract<Command, { kind: "delete" }>;

/** How many entries there were. */
export function* applyDelete(draft: Draft, command: Delete): Steps<number> {
  const store = draft.catalog.get(command.store);
  const found = new Map<string, number>();
  yield* visitTargets(draft, store, command, ({ id, ordinal }) => found.set(id, ordinal));
  if (found.size === 0) return 0;
  draft.batch.expect(found.size * bytesOfEntry);
  for (const [id, ordinal] of found) {
    draft.delete(store, command, id, ordinal);
    yield;
  }
  const { nextOrdinal } = store.counters;
  const entries = store.counters.entries - found.size;
  const changed = { kind: "delete", ids: [...found.keys()], died: [...found.values()] } as const;
  yield* draft.change(store, command, changed, { nextOrdinal, entries });
  return found.size;
}

/** A guess at what it takes to delete the rows of an entry and to log it; too little costs a copy of the batch. */
const bytesOfEntry = 150;
