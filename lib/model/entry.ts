import type { Metadata } from "./metadata.js";
import type { VectorInput } from "./vector.js";

/** An id, or a vector that stands for the id its content gives (`idOf`). */
export type Key = string | VectorInput;

/** What an answer carries beside ids. */
export interface Include {
  vector?: boolean | undefined;
  metadata?: boolean | undefined;
}

export type EntryInput<M = Metadata> = {
  /** 1 to 512 bytes of UTF-8; absent: the id that the vector's content gives. */
  id?: string | undefined;
  vector: VectorInput;
  /** Milliseconds from now, 1 to 2^48 - 1, after which the entry is gone; null: never; absent: as the store says. */
  ttlMs?: number | null | undefined;
  /** The version the entry must have; 0: it must not exist. */
  ifVersion?: number | undefined;
} & ({} extends M ? { metadata?: M | undefined } : { metadata: M });

type Part<
  Name extends keyof Include,
  I extends Include,
  Standard extends boolean,
  Shape,
> = Name extends keyof I
  ? I[Name] extends true
    ? Shape
    : I[Name] extends false
      ? {}
      : Partial<Shape>
  : Standard extends true
    ? Shape
    : {};
type Flat<T> = { [K in keyof T]: T[K] } & {};

/** An entry as it is read: whole unless something is left out. */
export type Entry<M = Metadata, I extends Include = {}> = Flat<
  {
    readonly id: string;
    /** The sequence of the write that last touched the entry; it never repeats. */
    readonly version: number;
    /** When it is gone, in milliseconds since 1970; absent: never. */
    readonly expiresAt?: number;
  } & Part<"metadata", I, true, { readonly metadata: M }> &
    Part<"vector", I, true, { readonly vector: Float32Array }>
>;

/** An entry found by a search: light unless more is asked for. Smaller distances are nearer. */
export type Match<M = Metadata, I extends Include = {}> = Flat<
  { readonly id: string; readonly distance: number } & Part<
    "metadata",
    I,
    true,
    { readonly metadata: M }
  > &
    Part<"vector", I, false, { readonly vector: Float32Array }>
>;

export interface Page<E> {
  readonly entries: E[];
  /** Where to go on; absent at the end. */
  readonly cursor?: string;
}

/** Near these, away from those: q = mean(near) + (mean(near) - mean(awayFrom)), after Qdrant's average vector. */
export interface Examples {
  near: readonly Key[];
  awayFrom?: readonly Key[] | undefined;
}
