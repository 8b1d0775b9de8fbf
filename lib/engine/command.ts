import type { CheckedPatch, CheckedTarget, GuardedTarget } from "../model/checked-query.js";
import type { Metric } from "../model/metric.js";
import type { SetMode } from "../model/options.js";
import type { QueryKind, WriteQuery } from "../model/query.js";
import type { VectorPlace } from "../model/vector-place.js";
import type { WriteIdentity } from "../model/write-identity.js";

/**
 * A write made definite: checked, with its place in the order of all writes and its time. What depends on the
 * state (modes, versions, predicates) is decided when it is applied, so that the same commands applied in order
 * give the same rows everywhere.
 */
export type Command = Write & {
  readonly sequence: number;
  /** Milliseconds since 1970; never less than the command's before. */
  readonly time: number;
  /** Under which its answer is kept. */
  readonly identity?: CommandIdentity | undefined;
};

export interface CommandIdentity extends WriteIdentity {
  /** Of the write, without its identity. */
  readonly fingerprint: Uint8Array;
}

export type Write =
  | {
      readonly kind: "createStore";
      readonly store: string;
      readonly dimension: number;
      readonly metric: Metric;
      readonly ttlMs: number | undefined;
      readonly vectors: VectorPlace;
      readonly indexes: readonly string[];
      readonly ifNotExists: boolean;
    }
  | { readonly kind: "createIndex"; readonly store: string; readonly field: string }
  | {
      readonly kind: "dropIndex";
      readonly store: string;
      readonly field: string;
      readonly ifExists: boolean;
    }
  | {
      readonly kind: "alterStore";
      readonly store: string;
      /** Undefined: as it is; null: for ever. */
      readonly ttlMs: number | null | undefined;
      /** Undefined: as it is. */
      readonly vectors: VectorPlace | undefined;
    }
  | {
      readonly kind: "renameStore";
      readonly store: string;
      readonly to: string;
      readonly replace: boolean;
    }
  | { readonly kind: "dropStore"; readonly store: string; readonly ifExists: boolean }
  | { readonly kind: "dropNamespace"; readonly namespace: string }
  | EntryWrite
  /** Takes a sequence for each write, its own for the first. */
  | { readonly kind: "transaction"; readonly writes: readonly EntryWrite[] }
  /** Takes entries that have expired from one store: those of these that still have, and are, what they were. */
  | {
      readonly kind: "expire";
      readonly store: string;
      readonly incarnation: number;
      readonly due: readonly { readonly id: string; readonly ordinal: number }[];
    }
  /** Takes a bounded number of rows of dropped stores from the disk. */
  | { readonly kind: "erase"; readonly incarnations: readonly number[]; readonly rows: number }
  /** Goes on with an index: gives a bounded number of entries their postings, or takes those of a dropped one away. */
  | {
      readonly kind: "buildIndex" | "eraseIndex";
      readonly store: string;
      readonly incarnation: number;
      readonly index: number;
      readonly rows: number;
    }
  /** Takes a bounded number of old results away. */
  | { readonly kind: "forget"; readonly rows: number };

/** A write to the entries of one store. */
export type EntryWrite =
  | {
      readonly kind: "set";
      readonly store: string;
      readonly mode: SetMode;
      readonly entries: readonly WriteEntry[];
    }
  | (GuardedTarget & {
      readonly kind: "update";
      readonly store: string;
      readonly patch: WritePatch;
    })
  | (GuardedTarget & { readonly kind: "delete"; readonly store: string });

export interface WriteEntry {
  readonly id: string;
  readonly vector: Float32Array;
  /** MessagePack. */
  readonly metadata: Uint8Array;
  /** Milliseconds to live; null: for ever, undefined: as the store says. */
  readonly ttlMs: number | null | undefined;
  readonly ifVersion: number | undefined;
}

export interface WritePatch extends CheckedPatch {
  /** The id that the content of the new vector gives. */
  readonly contentId: string | undefined;
}

/** The sequence that the command brings the state to. */
export function lastSequenceOf(command: Command): number {
  return command.sequence + sequencesOf(command) - 1;
}

/** How many sequences the write takes: one at least, so that no two commands have the same. */
export function sequencesOf(write: Write): number {
  return write.kind === "transaction" ? Math.max(1, write.writes.length) : 1;
}

/** Whether applying the command looks for rows that no entry stands for, and so wants all before it published. */
export function readsRows(command: Command): boolean {
  return readingKinds.has(command.kind);
}

/** Whether making or applying the write is so short that it need not be cut into slices. */
export function isSmall(write: Sized): boolean {
  switch (write.kind) {
    case "set":
      return write.entries.length <= smallEntries;
    case "transaction":
      return write.writes.length <= smallEntries && write.writes.every(isSmall);
    case "update":
    case "delete":
      return write.target.kind === "ids" && write.target.ids.length <= smallEntries;
    case "createStore":
    case "alterStore":
    case "renameStore":
    case "dropStore":
    case "dropIndex":
      return true;
    default:
      return false;
  }
}

/** A write, or a query that asks for one. */
type Sized =
  | { readonly kind: "set"; readonly entries: readonly unknown[] }
  | { readonly kind: "update" | "delete"; readonly target: CheckedTarget }
  | { readonly kind: "transaction"; readonly writes: readonly Sized[] }
  | {
      readonly kind:
        | Exclude<QueryKind, WriteQuery["kind"] | "transaction">
        | "expire"
        | "erase"
        | "buildIndex"
        | "eraseIndex"
        | "forget";
    };

const readingKinds: ReadonlySet<Command["kind"]> = new Set<Command["kind"]>([
  ...(["erase", "forget", "createIndex", "buildIndex", "eraseIndex"] as const),
]);
/** Some 50 microseconds. */
const smallEntries = 8;
