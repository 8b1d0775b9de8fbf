import type { TableName } from "./table.js";

/**
 * Judges whether a file is so much larger than its rows that writing it anew is worth it. Pages that hold nothing are
 * counted by LMDB; how full the others are only a walk over the rows can tell. Soon after one the rows, counted anew,
 * are taken to be as large as they were on average; later they are walked again, where it is likely to be worth it.
 *
 * Neither walks nor compactions may cost more than a share of the writes that make them necessary.
 */
export class FileSlack {
  /** Bytes written since the last compaction, about. What was written before we came is taken for half of the file. */
  #written: number;
  #writtenSinceWalk = 0;
  /** Of the last walk. */
  #sizes: ReadonlyMap<TableName, RowSizes> | undefined;

  constructor(fileBytes: number) {
    this.#written = fileBytes / 2;
  }

  /** A batch was committed. */
  wrote(bytes: number, operations: number): void {
    const written = bytes + operations * bytesPerOperation;
    this.#written += written;
    this.#writtenSinceWalk += written;
  }

  /** The file was written anew, whoever wanted it. */
  compacted(): void {
    this.#written = 0;
  }

  /** @param walk gives the sizes of all rows; called where nothing less can tell */
  async judge(use: FileUse, walk: () => Promise<readonly RowSizes[]>): Promise<Slack | undefined> {
    if (use.fileBytes < fileBytesMin) return undefined;
    const held = { ...use, bytes: use.usedBytes, needed: use.usedBytes };
    if (isWorthCompacting({ ...held, written: this.#written })) return slackOf(held);
    if (this.#isWorthWalking(use)) {
      this.#writtenSinceWalk = 0;
      this.#sizes = sumsOf(await walk());
    } else if (this.#writtenSinceWalk >= use.fileBytes * timesBetweenWalks) return undefined;
    if (this.#sizes === undefined || !this.#isWorth(use, this.#sizes)) return undefined;
    return slackOf({ ...use, ...scaled(use, this.#sizes) });
  }

  /** The rows may have become smaller than they were; but most do not, and that is looked at seldom. */
  #isWorthWalking(use: FileUse): boolean {
    const times = this.#writtenSinceWalk / use.fileBytes;
    const isLikely = this.#sizes === undefined || this.#isWorth(use, this.#sizes);
    return times >= (isLikely ? timesBetweenWalks : timesBetweenUnlikelyWalks);
  }

  #isWorth(use: FileUse, sizes: ReadonlyMap<TableName, RowSizes>): boolean {
    return isWorthCompacting({ ...use, ...scaled(use, sizes), written: this.#written });
  }
}

/** What LMDB tells of a file without looking at its rows. */
export interface FileUse {
  readonly fileBytes: number;
  /** Of the pages that hold something. */
  readonly usedBytes: number;
  /** How many rows each table has. */
  readonly rows: ReadonlyMap<TableName, number>;
}

/** So many rows of one table. */
export interface RowSizes {
  readonly table: TableName;
  readonly rows: number;
  /** Of their keys and values. */
  readonly bytes: number;
  /** Of the file, where its pages are full. */
  readonly needed: number;
}

/** What a compaction would make of the file, about. */
export interface Slack {
  readonly fileBytes: number;
  readonly needed: number;
}

/**
 * Whether the file is far from what is promised of it, can be much smaller, and enough was written for what it
 * takes to write it anew.
 */
export function isWorthCompacting(file: {
  readonly fileBytes: number;
  readonly bytes: number;
  readonly needed: number;
  readonly written: number;
}): boolean {
  const { fileBytes, bytes, needed, written } = file;
  if (fileBytes < fileBytesMin || fileBytes < bytes * timesMax) return false;
  return needed <= fileBytes * neededShare && needed * writtenPerByte <= written;
}

function slackOf({ fileBytes, needed }: Slack): Slack {
  return { fileBytes, needed };
}

function sumsOf(all: readonly RowSizes[]): ReadonlyMap<TableName, RowSizes> {
  const sums = new Map<TableName, RowSizes>();
  for (const { table, rows, bytes, needed } of all) {
    const sum = sums.get(table) ?? { rows: 0, bytes: 0, needed: 0 };
    sums.set(table, {
      table,
      rows: sum.rows + rows,
      bytes: sum.bytes + bytes,
      needed: sum.needed + needed,
    });
  }
  return sums;
}

/** As many rows as there are now, as large as those were. */
function scaled(use: FileUse, sizes: ReadonlyMap<TableName, RowSizes>): Sizes {
  let [bytes, needed] = [0, 0];
  for (const [table, rows] of use.rows) {
    const known = sizes.get(table);
    if (known === undefined || known.rows === 0) continue;
    bytes += (known.bytes * rows) / known.rows;
    needed += (known.needed * rows) / known.rows;
  }
  return { bytes, needed: needed / fillOfFullPages };
}

type Sizes = Pick<RowSizes, "bytes" | "needed">;

/** Below it there is nothing to be won that anybody would notice. */
const fileBytesMin = 4 * 1024 * 1024;
/** Three times the rows is promised; some is left for what readers hold until it is done. */
const timesMax = 2.2;
const neededShare = 0.67;
/** So much is written by others for one byte that a compaction writes. */
const writtenPerByte = 4;
/** A walk reads the file once; so often it is written meanwhile. */
const timesBetweenWalks = 0.5;
const timesBetweenUnlikelyWalks = 8;
/** What an operation changes beside its own bytes: what it replaces, and pages on the way to it. */
const bytesPerOperation = 512;
/** The last row of a page seldom ends where it does. */
const fillOfFullPages = 0.95;
