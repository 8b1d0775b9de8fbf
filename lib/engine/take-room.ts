import type { CheckedInclude } from "../model/checked-query.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";

/**
 * Takes what one more entry needs from the room that the call's answer has, before it is made: roughly the bytes
 * that it holds in memory, where metadata are some four times as large as they are stored.
 *
 * @throws LIMIT_EXCEEDED where there is not so much left
 */
export function takeRoom(
  call: Call | undefined,
  { dimension }: StoredStore,
  include: CheckedInclude,
  metadata: Uint8Array | undefined,
): void {
  if (call?.takeRoom === undefined) return;
  const ofMetadata = include.metadata ? (metadata?.length ?? 0) * 4 : 0;
  call.takeRoom(headBytes + ofMetadata + (include.vector ? dimension * 4 : 0));
}

/** An id, a distance, a version. */
const headBytes = 40;
