import { vectorFromBytes } from "../model/vector.js";
import type { SqliteFile } from "./sqlite-file.js";
import { type SqlInteger, type SqlValue, toInteger } from "./sqlite-record.js";
import { SqlColumns, type SqliteSchema, type SqlObject } from "./sqlite-schema.js";
import { findInIndex, findRow, readRows } from "./sqlite-tree.js";
import type { Vec0Declaration, Vec0Metadata, Vec0Vector } from "./vec0-declaration.js";

/** The rows of a vec0 table, read from its shadow tables as sqlite-vec lays them out; one vector each. */
export class Vec0Rows {
  readonly #file: SqliteFile;
  readonly #schema: SqliteSchema;
  readonly #table: string;
  readonly #declaration: Vec0Declaration;
  readonly #vector: Vec0Vector;
  readonly #shadows = new Map<string, ShadowTable>();

  constructor(
    file: SqliteFile,
    schema: SqliteSchema,
    table: string,
    declaration: Vec0Declaration,
    vector: Vec0Vector,
  ) {
    this.#file = file;
    this.#schema = schema;
    this.#table = table;
    this.#declaration = declaration;
    this.#vector = vector;
  }

  /** Chunk by chunk, without the first `skipped`: the key, the vector and all other columns by name. */
  async *read(skipped: number): AsyncGenerator<Record<string, unknown>, void, undefined> {
    const chunks = this.#shadow("chunks");
    let row = 0;
    for await (const chunk of readRows(this.#file, chunks.root)) {
      const { validity, rowids, ...fields } = chunks.columns.toObject(chunk);
      if (!(validity instanceof Uint8Array) || !(rowids instanceof Uint8Array))
        throw this.#broken();
      const places = validPlaces(validity).filter(() => row++ >= skipped);
      if (places.length === 0) continue;
      const parts = await this.#readChunk(chunk.rowid);
      const ids = Buffer.from(rowids.buffer, rowids.byteOffset, rowids.byteLength);
      const partitions = this.#declaration.partitions.map(
        (name, i) => [name, fields[`partition${numbered(i)}`] ?? null] as const,
      );
      for (const place of places) {
        if (8 * place + 8 > ids.length) throw this.#broken();
        const rowid = toInteger(ids.readBigInt64LE(8 * place));
        const read = Object.fromEntries([
          ...partitions,
          ...(await this.#readRow(rowid, place, parts)),
        ]);
        yield read;
      }
    }
  }

  async #readChunk(chunk: SqlInteger): Promise<ChunkParts> {
    const index = this.#declaration.vectors.indexOf(this.#vector);
    const metadata: Buffer[] = [];
    for (let i = 0; i < this.#declaration.metadata.length; i++) {
      metadata.push(await this.#blob(`metadatachunks${numbered(i)}`, chunk));
    }
    return { vectors: await this.#blob(`vector_chunks${numbered(index)}`, chunk), metadata };
  }

  async #readRow(
    rowid: SqlInteger,
    place: number,
    { vectors, metadata }: ChunkParts,
  ): Promise<(readonly [string, unknown])[]> {
    const { key, auxiliary, metadata: declared } = this.#declaration;
    const bytes = 4 * this.#vector.dimension;
    if ((place + 1) * bytes > vectors.length) throw this.#broken();
    const vector = vectorFromBytes(vectors.subarray(place * bytes, (place + 1) * bytes));
    const fields: (readonly [string, unknown])[] = [[this.#vector.name, vector]];
    for (let i = 0; i < declared.length; i++) {
      fields.push([
        declared[i].name,
        await this.#metadata(declared[i], i, metadata[i], place, rowid),
      ]);
    }
    if (auxiliary.length > 0) {
      const values = await this.#lookUp("auxiliary", rowid);
      for (const [i, name] of auxiliary.entries())
        fields.push([name, values[`value${numbered(i)}`]]);
    }
    const id = key === "rowid" ? rowid : ((await this.#lookUp("rowids", rowid)).id ?? rowid);
    fields.push([key, id]);
    return fields;
  }

  async #metadata(
    { type }: Vec0Metadata,
    index: number,
    chunk: Buffer,
    place: number,
    rowid: SqlInteger,
  ): Promise<SqlValue | boolean> {
    if ((place + 1) * bitsOf[type] > 8 * chunk.length) throw this.#broken();
    if (type === "boolean") return ((chunk[place >> 3] >> (place & 7)) & 1) === 1;
    if (type === "integer") return toInteger(chunk.readBigInt64LE(8 * place));
    if (type === "float") return chunk.readDoubleLE(8 * place);
    const length = chunk.readInt32LE(16 * place);
    const start = 16 * place + 4;
    if (length >= 0 && length <= 12) return chunk.toString("utf8", start, start + length);
    return await this.#longText(index, rowid);
  }

  /** Its table calls a column `rowid` that is none: only the index of that column leads to a row. */
  async #longText(index: number, rowid: SqlInteger): Promise<SqlValue> {
    const table = this.#shadow(`metadatatext${numbered(index)}`);
    const root = this.#schema.automaticIndex(String(table.name));
    const place = root && (await findInIndex(this.#file, root, rowid));
    const row = place === undefined ? undefined : await findRow(this.#file, table.root, place);
    if (row === undefined) throw this.#broken();
    return row.values[1];
  }

  async #lookUp(name: string, rowid: SqlInteger): Promise<Record<string, SqlValue>> {
    const table = this.#shadow(name);
    const row = await findRow(this.#file, table.root, rowid);
    if (row === undefined) throw this.#broken();
    return table.columns.toObject(row);
  }

  /** The second column of the row of a chunk. */
  async #blob(name: string, chunk: SqlInteger): Promise<Buffer> {
    const row = await findRow(this.#file, this.#shadow(name).root, chunk);
    const blob = row?.values[1];
    if (!(blob instanceof Uint8Array)) throw this.#broken();
    return Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  }

  #shadow(name: string): ShadowTable {
    const known = this.#shadows.get(name);
    if (known !== undefined) return known;
    const table = this.#schema.table(`${this.#table}_${name}`);
    if (table === undefined) throw this.#file.damaged(`there is no table ${this.#table}_${name}`);
    const shadow = { ...table, columns: new SqlColumns(table.sql) };
    this.#shadows.set(name, shadow);
    return shadow;
  }

  #broken(): Error {
    return this.#file.damaged(`the tables behind ${this.#table} do not fit together`);
  }
}

interface ShadowTable extends SqlObject {
  readonly columns: SqlColumns;
}

interface ChunkParts {
  readonly vectors: Buffer;
  readonly metadata: readonly Buffer[];
}

/** The places of a chunk that are taken: a bit each, the lowest first. */
function validPlaces(validity: Uint8Array): number[] {
  const places: number[] = [];
  for (let place = 0; place < 8 * validity.length; place++) {
    if (((validity[place >> 3] >> (place & 7)) & 1) === 1) places.push(place);
  }
  return places;
}

function numbered(index: number): string {
  return String(index).padStart(2, "0");
}

/** Of one value in a chunk; a text has its length and its first 12 bytes there. */
const bitsOf = { boolean: 1, integer: 64, float: 64, text: 128 } as const;
