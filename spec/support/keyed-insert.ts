import type { Store } from "../../lib/handles/store.js";
import type { SetResponse } from "../../lib/model/answers.js";

/** Inserts the entry of that number, which is refused where it is there, under a key of its own. */
export function keyedInsert(store: Store, number: number): Promise<SetResponse> {
  const entry = { id: `${number}`, vector: [number] };
  return store.set(entry, { mode: "insert", idempotencyKey: `insert ${number}` });
}
