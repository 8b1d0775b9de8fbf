import { compilePredicate, type Matcher } from "../model/compile-predicate.js";
import { type FieldReader, fieldReader } from "../model/field-reader.js";
import type { Metadata, MetadataValue } from "../model/metadata.js";
import type { Predicate } from "../model/predicate.js";
import type { Snapshot } from "../persistence/persistence.js";
import { decodeMetadata, entryOfRow, readEntry } from "../rows/entry-rows.js";
import { afterStoreKey, ordinalKey, ordinalOfKey } from "../rows/keys.js";
import type { StoredStore } from "../rows/store-rows.js";
import { OrdinalSet } from "./ordinal-set.js";
import type { Steps } from "./steps.js";
import { blockOrdinals, ValueColumn } from "./value-column.js";

/** A state of a store that is read. */
export interface ReadStore {
  readonly sequence: number;
  readonly snapshot: Snapshot;
  readonly store: StoredStore;
}

/** What was found, and how many rows were read for it. */
export interface ColumnsFound {
  readonly ordinals: OrdinalSet;
  readonly read: number;
}

/**
 * The values of fields that predicates have asked for and that have no index, as former scans have seen them, in
 * bounded memory. They say which entries are worth a look, so that not all are read again; each of these is.
 */
export class FieldColumns {
  readonly #bytesMax: number;
  /** The one used last is the last. */
  readonly #columns: Map<string, ValueColumn> = new Map();

  constructor(bytesMax: number = standardBytesMax) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    let bytes = 0;
    for (const column of this.#columns.values()) bytes += column.bytes;
    return bytes;
  }

  /**
   * What the predicate allows, expired entries among it; undefined where that is not known, a scan is no
   * dearer, or more than so many entries would have to be read for it.
   */
  *find(read: ReadStore, where: Predicate, most: number): Steps<ColumnsFound | undefined> {
    const { snapshot, store } = read;
    const fields = fieldsOf(where);
    const columns = this.#known(read, fields);
    if (columns === undefined) return undefined;
    const grown = yield* this.#grow(read, fields, columns);
    const candidates = yield* candidatesOf(columns, fields, where);
    const { size } = candidates;
    if (size > Math.min(most, store.counters.entries / 2)) return undefined;
    const matches = compilePredicate(where);
    const ordinals = new OrdinalSet();
    for (const ordinal of candidates) {
      const entry = readEntry(snapshot, store.incarnation, ordinal);
      if (entry !== undefined && matches(decodeMetadata(entry.metadata))) ordinals.add(ordinal);
      yield;
    }
    return { ordinals, read: grown + size };
  }

  /** Where a scan of all is worth being kept: gets each entry, in order. Once it is through, `keep` is called. */
  beginScan(
    read: ReadStore,
    where: Predicate,
  ): { add(ordinal: number, metadata: Metadata): void; keep(): void } | undefined {
    const { sequence, store } = read;
    const fields = fieldsOf(where);
    const isWorth = store.counters.entries >= entriesLeast && fields.length <= fieldsMax;
    // Where all is known the scan has other reasons.
    if (!isWorth || fields.length === 0 || this.#known(read, fields)) return undefined;
    const wanted = fields.filter((field) => this.#columnOf(store, field)?.isFit !== false);
    if (wanted.length < fields.length) return undefined;
    const making = wanted.map((field) => ({ field, column: new ValueColumn() }));
    const addTo = adderOf(making);
    let last = 0;
    return {
      add: (ordinal, metadata) => {
        addTo(ordinal, metadata);
        last = ordinal;
      },
      keep: () => {
        for (const { field, column } of making) {
          column.filled = last;
          column.sequence = sequence;
          const there = this.#columnOf(store, field);
          if (there === undefined || there.sequence <= sequence) this.#keep(store, field, column);
        }
      },
    };
  }

  #known({ sequence, store }: ReadStore, fields: readonly string[]): ValueColumn[] | undefined {
    const columns: ValueColumn[] = [];
    for (const field of fields) {
      const column = this.#columnOf(store, field);
      // What had died before is not known, and an older state may have it.
      if (!column?.isFit || sequence < column.sequence) return undefined;
      // Most of what it knows has died.
      if (column.bytes > leastBytes + bytesPerEntry * store.counters.entries) {
        this.#columns.delete(nameOf(store, field));
        return undefined;
      }
      columns.push(column);
    }
    for (const [i, column] of columns.entries()) this.#keep(store, fields[i] as string, column);
    return columns.length === 0 ? undefined : columns;
  }

  /** Reads what was written since; how many entries. */
  *#grow(
    { sequence, snapshot, store }: ReadStore,
    fields: readonly string[],
    columns: readonly ValueColumn[],
  ): Steps<number> {
    const { incarnation } = store;
    const from = ordinalKey(incarnation, Math.min(...columns.map(({ filled }) => filled)) + 1);
    const add = adderOf(columns.map((column, i) => ({ field: fields[i] as string, column })));
    let last = 0;
    let read = 0;
    for (const { key, value } of snapshot.range("entries", from, afterStoreKey(incarnation))) {
      last = ordinalOfKey(key);
      add(last, decodeMetadata(entryOfRow(key, value, last).metadata));
      read++;
      yield;
    }
    // What was born and died in between is unknown from now on.
    for (const column of read > 0 ? columns : []) {
      column.filled = Math.max(column.filled, last);
      column.sequence = Math.max(column.sequence, sequence);
    }
    return read;
  }

  #columnOf(store: StoredStore, field: string): ValueColumn | undefined {
    return this.#columns.get(nameOf(store, field));
  }

  #keep(store: StoredStore, field: string, column: ValueColumn): void {
    const name = nameOf(store, field);
    this.#columns.delete(name);
    this.#columns.set(name, column);
    for (const [oldest] of this.#columns) {
      if (this.bytes <= this.#bytesMax) return;
      this.#columns.delete(oldest);
    }
  }
}

function nameOf({ incarnation }: StoredStore, field: string): string {
  return `${incarnation} ${field}`;
}

/** Takes the fields' values out of metadata, in the order of the ordinals. */
function adderOf(
  making: readonly { readonly field: string; readonly column: ValueColumn }[],
): (ordinal: number, metadata: Metadata) => void {
  const parts = making.map(({ field, column }): [FieldReader, ValueColumn] => {
    return [fieldReader(field), column];
  });
  return (ordinal, metadata) => {
    for (const [read, column] of parts) column.set(ordinal, read(metadata));
  };
}

/** Those that the columns do not say the predicate forbids, whether they still live or not. */
function* candidatesOf(
  columns: readonly ValueColumn[],
  fields: readonly string[],
  where: Predicate,
): Steps<OrdinalSet> {
  const ordinals = new OrdinalSet();
  const matches = matcherOf(where, fields);
  for (const block of columns[0]?.blocks ?? []) {
    for (let place = 0; place < blockOrdinals; place++) {
      if (matches(columns, block, place)) ordinals.add(block * blockOrdinals + place);
      if ((place & 127) === 127) yield;
    }
  }
  return ordinals;
}

type ColumnsMatcher = (columns: readonly ValueColumn[], block: number, place: number) => boolean;

/** The predicate over values in place of metadata; what is not kept may match. */
function matcherOf(where: Predicate, fields: readonly string[]): ColumnsMatcher {
  const names = fields.map((_, i) => `f${i}`);
  const matches: Matcher = compilePredicate(
    renamed(where, new Map(fields.map((f, i) => [f, names[i] as string]))),
  );
  const values: Record<string, MetadataValue | undefined> = {};
  return (columns, block, place) => {
    if (!columns[0]?.has(block, place)) return false;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] as ValueColumn;
      if (!column.tells(block, place)) return true;
      values[names[i] as string] = column.at(block, place);
    }
    return matches(values as Metadata);
  };
}

function renamed(where: Predicate, names: ReadonlyMap<string, string>): Predicate {
  switch (where.kind) {
    case "all":
    case "none":
      return where;
    case "and":
    case "or":
      return { ...where, members: where.members.map((member) => renamed(member, names)) };
    case "not":
      return { ...where, member: renamed(where.member, names) };
    default:
      return { ...where, field: names.get(where.field) as string };
  }
}

/** Each once. */
function fieldsOf(where: Predicate): string[] {
  switch (where.kind) {
    case "all":
    case "none":
      return [];
    case "and":
    case "or":
      return [...new Set(where.members.flatMap(fieldsOf))];
    case "not":
      return fieldsOf(where.member);
    default:
      return [where.field];
  }
}

const standardBytesMax = 64 * 2 ** 20;
/** A smaller store is read in a few milliseconds. */
const entriesLeast = 10_000;
const fieldsMax = 8;
const leastBytes = 2 ** 20;
const bytesPerEntry = 80;
