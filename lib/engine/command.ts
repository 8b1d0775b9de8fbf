import type { Metric } from "../model/metric.js";
import type { SetMode } from "../model/options.js";
import type { Predicate } from "../model/predicate.js";
import type { QueryKind } from "../model/query.js";
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
      readonly ifNotExists: boolean;
    }
  | { readonly kind: "dropStore"; readonly store: string; readonly ifExists: boolean }
  | { readonly kind: "dropNamespace"; readonly namespace: string }
  | {
      readonly kind: "set";
      readonly store: string;
      readonly mode: SetMode;
      readonly entries: readonly WriteEntry[];
    }
  | { readonly kind: "delete"; readonly store: string; readonly target: DeleteTarget }
  /** Takes a bounded number of rows of dropped stores from the disk. */
  | { readonly kind: "erase"; readonly incarnations: readonly number[]; readonly rows: number }
  /** Takes a bounded number of old results away. */
  | { readonly kind: "forget"; readonly rows: number };

export interface WriteEntry {
  readonly id: string;
  readonly vector: Float32Array;
  /** MessagePack. */
  readonly metadata: Uint8Array;
  readonly ifVersion: number | undefined;
}

export type DeleteTarget =
  | { readonly kind: "ids"; readonly ids: readonly string[] }
  | { readonly kind: "where"; readonly where: Predicate }
  | { readonly kind: "all" };

/** The sequence that the command brings the state to. */
export function lastSequenceOf({ sequence }: Command): number {
  return sequence;
}

/** Whether applying the command looks for rows that no entry stands for, and so wants all before it published. */
export function readsRows(command: Command): boolean {
  return command.kind === "erase" || command.kind === "forget";
}

/** Whether making or applying the write is so short that it need not be cut into slices. */
export function isSmall(write: Sized): boolean {
  switch (write.kind) {
    case "set":
      return write.entries.length <= smallEntries;
    case "delete":
      return write.target.kind === "ids" && write.target.ids.length <= smallEntries;
    case "createStore":
    case "dropStore":
      return true;
    default:
      return false;
  }
}

/** A write, or a query that asks for one. */
type Sized =
  | { readonly kind: "set"; readonly entries: readonly unknown[] }
  | { readonly kind: "delete"; readonly target: DeleteTarget }
  | { readonly kind: Exclude<QueryKind, "set" | "delete"> | "erase" | "forget" };

/** Some 50 microseconds. */
const smallEntries = 8;
