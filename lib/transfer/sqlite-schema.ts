import type { SqliteFile } from "./sqlite-file.js";
import type { SqlValue } from "./sqlite-record.js";
import { readRows, type SqlRow } from "./sqlite-tree.js";

/** The tables and indexes of a database. */
export class SqliteSchema {
  readonly #objects: readonly SqlObject[];

  private constructor(objects: readonly SqlObject[]) {
    this.#objects = objects;
  }

  static async read(file: SqliteFile): Promise<SqliteSchema> {
    const objects: SqlObject[] = [];
    for await (const { values } of readRows(file, 1)) {
      const [type, name, table, root, sql] = values;
      objects.push({
        type,
        name,
        table,
        root: Number(root),
        sql: typeof sql === "string" ? sql : "",
      });
    }
    return new SqliteSchema(objects);
  }

  /** Those whose names a user made, in the order of making. */
  get tables(): readonly string[] {
    const own = this.#objects.filter(
      ({ type, name }) => type === "table" && !/^sqlite_/i.test(String(name)),
    );
    return own.map(({ name }) => String(name));
  }

  /** The table of that name, in any case of letters; undefined where there is none. */
  table(name: string): SqlObject | undefined {
    const wanted = name.toLowerCase();
    return this.#objects.find(
      (each) => each.type === "table" && String(each.name).toLowerCase() === wanted,
    );
  }

  /** The first page of the index that a PRIMARY KEY of the table made. */
  automaticIndex(table: string): number | undefined {
    return this.#objects.find(({ type, name, table: of }) => {
      return type === "index" && of === table && name === `sqlite_autoindex_${table}_1`;
    })?.root;
  }
}

export interface SqlObject {
  readonly type: SqlValue;
  readonly name: SqlValue;
  readonly table: SqlValue;
  /** Of its tree; 0 for a virtual table. */
  readonly root: number;
  /** As it was made. */
  readonly sql: string;
}

/** The columns of a CREATE TABLE, and how its rows hold them. */
export class SqlColumns {
  readonly names: readonly string[];
  /** Stands for the rowid: its own value is NULL. */
  readonly #rowidColumn: number;

  constructor(sql: string) {
    const parts = splitList(/\(([\s\S]*)\)/.exec(sql)?.[1] ?? "");
    const columns = parts.filter((part) => !constraint.test(part) && !isComputed(part));
    this.names = columns.map(nameOf);
    const key = parts.map((part) => tableKey.exec(part)?.[1]).find((name) => name !== undefined);
    const keyName = key === undefined ? undefined : nameOf(key.trim()).toLowerCase();
    this.#rowidColumn = columns.findIndex((column) => {
      const declared = afterName(column);
      if (!/^integer\b/i.test(declared)) return false;
      const isKey = /\bprimary\s+key\b(?!\s+desc)/i.test(declared);
      return isKey || nameOf(column).toLowerCase() === keyName;
    });
  }

  /** What the rowid is called. */
  get rowidName(): string {
    return this.names[this.#rowidColumn] ?? "rowid";
  }

  /** The values by name; columns that were added after the row was written are left out. */
  toObject({ rowid, values }: SqlRow): Record<string, SqlValue> {
    const named = values.map((value, i) => [
      this.names[i],
      i === this.#rowidColumn ? rowid : value,
    ]);
    return Object.fromEntries(named);
  }
}

/** What stands between commas, but for those in brackets or quotes. */
export function splitList(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const [token] of text.matchAll(
    /--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|'(?:[^']|'')*'|`[^`]*`|\[[^\]]*\]|[\s\S]/g,
  )) {
    if (/^(?:--|\/\*)/.test(token)) continue;
    if (token === "(") depth++;
    if (token === ")") depth--;
    if (token === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += token;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** A generated column has no place in a row, unless it is STORED. */
function isComputed(column: string): boolean {
  return /\bas\s*\(/i.test(afterName(column)) && !/\bstored\s*$/i.test(column);
}

function nameOf(column: string): string {
  const [name] = /^(?:"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|'[^']*'|[^\s(,]+)/.exec(column) ?? [""];
  if (!/^["`['].*["`\]']$/.test(name)) return name;
  return name.slice(1, -1).replaceAll('""', '"');
}

function afterName(column: string): string {
  return column.replace(/^(?:"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|'[^']*'|[^\s(,]+)\s*/, "");
}

const constraint = /^(?:constraint|primary\s+key|unique|check|foreign\s+key)\b/i;
const tableKey = /^(?:constraint\s+\S+\s+)?primary\s+key\s*\(([^,)]+)\)/i;
