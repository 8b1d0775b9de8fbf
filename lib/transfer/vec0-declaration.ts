import type { Metric } from "../model/metric.js";
import { splitList } from "./sqlite-schema.js";

/** What a `CREATE VIRTUAL TABLE … USING vec0(…)` declares. */
export interface Vec0Declaration {
  /** The name of the primary key; "rowid" where there is none. */
  readonly key: string;
  readonly vectors: readonly Vec0Vector[];
  /** The others by kind, each in the order that numbers its shadow tables or columns. */
  readonly metadata: readonly Vec0Metadata[];
  readonly auxiliary: readonly string[];
  readonly partitions: readonly string[];
}

export interface Vec0Vector {
  readonly name: string;
  /** Only "float" can be imported. */
  readonly type: string;
  readonly dimension: number;
  /** Undefined for one that we have not. */
  readonly metric: Metric | undefined;
}

export interface Vec0Metadata {
  readonly name: string;
  readonly type: "boolean" | "integer" | "float" | "text";
}

/** Undefined for a table that is none of sqlite-vec. */
export function parseVec0(sql: string): Vec0Declaration | undefined {
  const list = /^\s*create\s+virtual\s+table\b[\s\S]*?\busing\s+vec0\s*\(([\s\S]*)\)/i.exec(
    sql,
  )?.[1];
  if (list === undefined) return undefined;
  let key = "rowid";
  const vectors: Vec0Vector[] = [];
  const metadata: Vec0Metadata[] = [];
  const auxiliary: string[] = [];
  const partitions: string[] = [];
  for (const part of splitList(list)) {
    const vector = vectorColumn.exec(part);
    const [, plus, name, type, rest] = column.exec(part) ?? [];
    if (vector !== null) vectors.push(toVector(vector));
    else if (name === undefined) continue;
    else if (plus === "+") auxiliary.push(name);
    else if (/\bprimary\s+key\b/i.test(rest)) key = name;
    else if (/\bpartition\s+key\b/i.test(rest)) partitions.push(name);
    else metadata.push({ name, type: types[type.toLowerCase()] ?? "text" });
  }
  return { key, vectors, metadata, auxiliary, partitions };
}

function toVector([, name, type, dimension, rest]: RegExpExecArray): Vec0Vector {
  const distance = /\bdistance_metric\s*=\s*(\w+)/i.exec(rest)?.[1].toLowerCase() ?? "l2";
  return {
    name,
    type: /^f/i.test(type) ? "float" : type.toLowerCase(),
    dimension: Number(dimension),
    metric: distance === "cosine" ? "cosine" : distance === "l2" ? "euclidean" : undefined,
  };
}

const vectorColumn = /^(\w+)\s+(float|f32|int8|i8|bit)\s*\[\s*(\d+)\s*\]([\s\S]*)$/i;
/** An option such as `chunk_size=8` is no column. */
const column = /^(\+?)\s*(\w+)\s+(\w+)([\s\S]*)$/;
const types: Readonly<Record<string, Vec0Metadata["type"]>> = {
  boolean: "boolean",
  bool: "boolean",
  integer: "integer",
  int: "integer",
  float: "float",
  double: "float",
  text: "text",
};
