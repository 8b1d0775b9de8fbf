import type { StoredStore } from "../rows/store-rows.js";
import type { Command, DeleteTarget } from "./command.js";
import type { Draft, Placed } from "./draft.js";
import { scanEntries } from "./scan.js";
import { Slice } from "./slice.js";
import { trimChanges } from "./trim-changes.js";

type Delete = Extract<Command, { kind: "delete" }>;

/** How many entries there were. */
export async function applyDelete(draft: Draft, command: Delete): Promise<number> {
  const store = draft.catalog.get(command.store);
  const slice = new Slice();
  const found = await find(draft, store, command.target, slice);
  if (found.size === 0) return 0;
  for (const [id, placed] of found) {
    draft.delete(store, command, id, placed);
    if (slice.isOver) await slice.next();
  }
  const entries = store.counters.entries - found.size;
  await draft.change(store, command, "delete", [...found.keys()], { entries }, slice);
  trimChanges(draft, command);
  return found.size;
}

async function find(
  draft: Draft,
  store: StoredStore,
  target: DeleteTarget,
  slice: Slice,
): Promise<Map<string, Placed>> {
  const found = new Map<string, Placed>();
  if (target.kind === "ids") {
    for (const id of target.ids) {
      const placed = draft.find(store, id);
      if (placed) found.set(id, placed);
      if (slice.isOver) await slice.next();
    }
    return found;
  }
  const where = target.kind === "where" ? target.where : undefined;
  await scanEntries(draft.snapshot, store, where, slice, ({ id, ordinal, version }) => {
    found.set(id, { ordinal, version });
  });
  return found;
}
