import type { Findings } from "../report.js";
import type { Sizes } from "../sizes.js";
import { measureBackup } from "./backup.js";
import { measureCompaction } from "./compaction.js";
import { measureExactSearch } from "./exact-search.js";
import { measureIndexes } from "./indexes.js";
import { measureIngest } from "./ingest.js";
import { measureLarge } from "./large.js";
import { measureReaches } from "./reaches.js";
import { measureSearchOverTcp } from "./search-over-tcp.js";
import { measureTakeover } from "./takeover.js";

/** Every measure by the name that `--only` takes, in the order they run. */
export const measures: Readonly<Record<string, (sizes: Sizes) => Promise<Findings>>> = {
  reaches: measureReaches,
  "search-over-tcp": measureSearchOverTcp,
  "exact-search": measureExactSearch,
  ingest: measureIngest,
  indexes: measureIndexes,
  large: measureLarge,
  backup: measureBackup,
  compaction: measureCompaction,
  takeover: measureTakeover,
};
