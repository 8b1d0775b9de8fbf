import { summaryOfChanges } from "../rows/change-rows.js";
import { sequenceOfKey } from "../rows/keys.js";
import { ownerOf } from "./store-tally.js";
import type { Verified } from "./verified.js";
import { walkTable } from "./walk-table.js";

/** Table `changes`: each row can be read, and lies where the counters of its store say that the log is. */
export function* verifyChanges(verified: Verified): Generator<undefined, void, undefined> {
  const { snapshot, tallies, problems } = verified;
  yield* walkTable(snapshot, "changes", problems, (key, value) => {
    const tally = ownerOf(tallies, "changes", key);
    const { count, time } = summaryOfChanges(key, value);
    const { store } = tally;
    if (store === undefined) return;
    tally.changes += count;
    const { position, changesFrom, changesSince } = store.counters;
    const sequence = sequenceOfKey(key);
    const where = `store ${store.name}, changes of sequence ${sequence}`;
    if (sequence < changesFrom || sequence > position) {
      problems.add(`${where}: its counters say that the log is from ${changesFrom} to ${position}`);
    }
    if (time < changesSince) {
      problems.add(`${where}: they came at ${time}, and its log begins at ${changesSince}`);
    }
  });
}
