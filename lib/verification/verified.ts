import type { Snapshot } from "../persistence/persistence.js";
import type { State } from "../rows/meta-rows.js";
import type { Problems } from "./problems.js";
import type { Tallies } from "./store-tally.js";

/** What is being verified, and what is known of it. */
export interface Verified {
  readonly snapshot: Snapshot;
  /** Undefined where it cannot be read. */
  readonly state: State | undefined;
  readonly tallies: Tallies;
  readonly problems: Problems;
  /** Told of every entry. */
  readonly onEntry: () => void;
}
