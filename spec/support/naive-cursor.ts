import type { MetadataValue } from "../../lib/model/metadata.js";
import type { Kinds } from "../../lib/model/query.js";
import { demand, refuse } from "./naive-checks.js";

type Asked = Pick<Kinds["find"]["ask"], "where" | "sort">;

/** Where a page ended; `value`: that of the field by which it is sorted. */
interface Place {
  readonly id: string;
  readonly value: MetadataValue | undefined;
}

export function makeCursor(store: number, asked: Asked, { id, value }: Place): string {
  const place = [store, id, questionOf(asked), packed(value)];
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

export function readCursor(cursor: unknown, store: number, asked: Asked): Place {
  demand(typeof cursor === "string", "a cursor is text");
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    refuse("INVALID_ARGUMENT", "no cursor of ours");
  }
  demand(Array.isArray(read) && read[0] === store, "no cursor of this store");
  demand(read[2] === questionOf(asked), "no cursor of this query");
  return { id: read[1], value: unpacked(read[3]) };
}

function questionOf({ where = {}, sort }: Asked): string {
  return JSON.stringify([where, sort && [sort.field, sort.descending === true]]);
}

/** As much of a value as its place depends on. */
function packed(value: MetadataValue | undefined): unknown[] {
  if (value === undefined) return [];
  if (value instanceof Date) return ["date", value.getTime()];
  if (value instanceof Uint8Array) return ["bytes"];
  if (Array.isArray(value)) return ["plain", []];
  return ["plain", typeof value === "object" && value !== null ? {} : value];
}

function unpacked([kind, value]: [kind?: string, value?: MetadataValue]) {
  if (kind === "date") return new Date(value as number);
  return kind === "bytes" ? new Uint8Array() : value;
}
