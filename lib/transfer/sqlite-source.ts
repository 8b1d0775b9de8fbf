import { AhnlichError } from "../model/errors.js";
import { vectorFromBytes } from "../model/vector.js";
import type { CheckedImportOptions } from "./import-options.js";
import type { Item, Source, StoreHead } from "./item.js";
import { type RowFields, rowToEntry } from "./rows-source.js";
import { SqliteFile } from "./sqlite-file.js";
import { SqlColumns, SqliteSchema, type SqlObject } from "./sqlite-schema.js";
import { readRows } from "./sqlite-tree.js";
import { atPlace, lineError } from "./transfer-error.js";
import { parseVec0, type Vec0Declaration, type Vec0Vector } from "./vec0-declaration.js";
import { Vec0Rows } from "./vec0-rows.js";

/**
 * A table of a SQLite database: one of sqlite-vec (vec0), or any with rowids whose vectors are
 * float32 blobs. SQLite itself is not needed. Row 1 is line 1.
 */
export class SqliteSource implements Source {
  readonly file: string;
  readonly #file: SqliteFile;
  readonly #table: SqliteTable;

  private constructor(file: SqliteFile, table: SqliteTable) {
    this.file = file.path;
    this.#file = file;
    this.#table = table;
  }

  /** @throws INVALID_ARGUMENT, UNSUPPORTED, IO_ERROR */
  static async open(path: string, options: CheckedImportOptions): Promise<SqliteSource> {
    const file = await SqliteFile.open(path);
    try {
      const schema = await SqliteSchema.read(file);
      const table = chooseTable(schema, options.table);
      const declaration = parseVec0(table.sql);
      const opened =
        declaration === undefined
          ? plainTable(file, table, options)
          : vec0Table(file, schema, table, declaration, options);
      return new SqliteSource(file, opened);
    } catch (error) {
      await file.close();
      throw atPlace(error, path);
    }
  }

  get totalBytes(): number {
    return this.#file.size;
  }

  get bytes(): number {
    return Math.min(this.#file.bytes, this.#file.size);
  }

  async *items(from: number): AsyncGenerator<Item, void, undefined> {
    const { head, fields } = this.#table;
    if (head !== undefined) yield { head };
    let line = from;
    for await (const row of this.#table.rows(from - 1)) {
      yield { line, entry: rowToEntry(toMetadata(row), fields, line) };
      line++;
    }
    await this.#file.checkUnchanged();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

interface SqliteTable {
  readonly head: StoreHead | undefined;
  readonly fields: RowFields;
  rows(skipped: number): AsyncIterable<Record<string, unknown>>;
}

function chooseTable(schema: SqliteSchema, name: string | undefined): SqlObject {
  const tables = schema.tables;
  const vec0 = tables.filter((each) => parseVec0(schema.table(each)?.sql ?? "") !== undefined);
  const chosen = name ?? (vec0.length === 1 ? vec0[0] : undefined);
  const table = chosen === undefined ? undefined : schema.table(chosen);
  if (table !== undefined) return table;
  const there = (vec0.length > 0 ? vec0 : tables).slice(0, 20).join(", ").slice(0, 300) || "none";
  const expected = name === undefined ? "expected `table`, the name of one" : `there is no ${name}`;
  throw lineError(undefined, `${expected}; the tables are: ${there}`);
}

function vec0Table(
  file: SqliteFile,
  schema: SqliteSchema,
  table: SqlObject,
  declaration: Vec0Declaration,
  options: CheckedImportOptions,
): SqliteTable {
  const vector = chooseVector(declaration, options.vectorField);
  if (vector.type !== "float") {
    const sentence = `${vector.name}: expected float vectors, got ${vector.type}`;
    throw new AhnlichError("UNSUPPORTED", sentence);
  }
  if (vector.metric === undefined && options.metric === undefined) {
    throw lineError(undefined, `${vector.name}: its distance is none of ours; set \`metric\``);
  }
  const rows = new Vec0Rows(file, schema, String(table.name), declaration, vector);
  return {
    head: { dimension: vector.dimension, metric: vector.metric },
    fields: { idField: options.idField ?? declaration.key, vectorField: vector.name },
    rows: (skipped) => rows.read(skipped),
  };
}

function chooseVector({ vectors }: Vec0Declaration, name: string | undefined): Vec0Vector {
  const chosen = name === undefined ? vectors : vectors.filter((each) => each.name === name);
  if (chosen.length === 1) return chosen[0];
  const names = vectors.map((each) => each.name).join(", ");
  throw lineError(undefined, `expected \`vectorField\`, one of ${names}`);
}

/** Unless it is named, the id is the rowid. */
function plainTable(
  file: SqliteFile,
  { sql, root, name }: SqlObject,
  { idField, vectorField = "vector" }: CheckedImportOptions,
): SqliteTable {
  const columns = new SqlColumns(sql);
  const { rowidName } = columns;
  if (root === 0) throw lineError(undefined, `${name} is a virtual table, and not of sqlite-vec`);
  async function* rows(skipped: number): AsyncGenerator<Record<string, unknown>, void, undefined> {
    let row = 0;
    for await (const read of readRows(file, root)) {
      if (row++ < skipped) continue;
      const fields: Record<string, unknown> = columns.toObject(read);
      if (Object.hasOwn(fields, vectorField)) fields[vectorField] = toVector(fields[vectorField]);
      if (idField === undefined) fields[rowidName] = read.rowid;
      yield fields;
    }
  }
  return { head: undefined, fields: { idField: idField ?? rowidName, vectorField }, rows };
}

/** A blob of float32, or the JSON that sqlite-vec takes as well. */
function toVector(value: unknown): unknown {
  if (value instanceof Uint8Array && value.length % 4 === 0) return vectorFromBytes(value);
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** An integer beyond 2^53 is kept as text: as a number it would be another one. */
function toMetadata(row: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === "bigint") row[name] = String(value);
  }
  return row;
}
