export type Scalar = null | boolean | number | string | Date | Uint8Array;

/** What a metadata field may hold: JSON, Date, bytes. */
export type MetadataValue =
  | Scalar
  | readonly MetadataValue[]
  | { readonly [name: string]: MetadataValue };

/** Metadata of no particular shape. */
export interface Metadata {
  readonly [field: string]: MetadataValue;
}

/**
 * Constraint for a typed store: `M extends Storable<M>`. Unlike `M extends Metadata` it takes interfaces
 * and optional fields.
 */
export type Storable<M> = { [F in keyof M]: StorableValue<M[F]> };

type StorableValue<V> = V extends Scalar | undefined
  ? V
  : V extends readonly (infer E)[]
    ? readonly StorableValue<E>[]
    : V extends (...args: never) => unknown
      ? never
      : V extends object
        ? Storable<V>
        : never;
