import type { Metadata } from "./metadata.js";
import type { VectorInput } from "./vector.js";
import type { FieldName } from "./where.js";

/** What an update changes of an entry; what it does not name stays. One that says nothing updates nothing. */
export interface Patch<M = Metadata> {
  /** An entry whose id came from its vector's content moves to the id that the new vector gives. */
  vector?: VectorInput | undefined;
  /** Fields to set, by their top-level names; the whole metadata where `metadata: "replace"` is said. */
  metadata?: Partial<M> | undefined;
  /** Milliseconds from now, 1 to 2^48 - 1, after which the entry is gone; null: never; absent: as it was. */
  ttlMs?: number | null | undefined;
  /** Fields to take away; a dotted name reaches into objects. One that is not there is passed over. */
  remove?: readonly FieldName<M>[] | undefined;
}

/** What becomes of the fields that a patch does not name: "merge" keeps them. */
export type MetadataMode = "merge" | "replace";
