import type { Writable } from "node:stream";
import type { Engine } from "../handles/engine.js";
import { Patience } from "../handles/patience.js";
import type { Store } from "../handles/store.js";
import type { StoreInfo } from "../model/answers.js";
import type { Entry, Page } from "../model/entry.js";
import { checkStoreName } from "../model/store-name.js";
import type { Where } from "../model/where.js";
import { entryLine } from "./entry-line.js";
import {
  type CheckedExportOptions,
  checkExportOptions,
  type ExportOptions,
  type ExportReport,
} from "./export-options.js";
import type { StoreHead } from "./item.js";
import { formatFor, openTarget } from "./open-target.js";
import type { Target } from "./target.js";
import { Turns } from "./turns.js";

/**
 * Writes the entries of a store of any engine to a file, or to a stream, in the order of their ids.
 * They are read in pages: memory does not grow with the store, and it may be written to meanwhile;
 * an entry that is there all along comes exactly once. The file has its name only when it is whole;
 * one that fails or is given up leaves nothing.
 *
 * @throws INVALID_ARGUMENT for a file that is there already, unless `overwrite` is set;
 *   STORE_NOT_FOUND; ABORTED, TIMEOUT; IO_ERROR, DISK_FULL; and what `find` throws
 */
export async function exportStore(
  engine: Engine,
  store: string,
  to: string | Writable,
  options: ExportOptions = {},
): Promise<ExportReport> {
  const checked = checkExportOptions(options);
  const format = formatFor(to, checked);
  checkStoreName(store);
  const patience = new Patience(checked.signal, checked.timeoutMs);
  try {
    const { limits } = await engine.info(patience.options());
    const handle = engine.store(store);
    const info = await handle.info(patience.options());
    const target = await openTarget(to, format, checked.overwrite, headOf(info));
    try {
      const pages = readPages(handle, checked.where, Math.min(entriesMax, limits.limit), patience);
      const entries = await writePages(pages, target, info, checked, patience);
      patience.check();
      await target.finish();
      return { entries, bytes: target.bytes };
    } catch (error) {
      await target.discard();
      throw error;
    }
  } finally {
    patience.end();
  }
}

function headOf({ indexes, ...info }: StoreInfo): StoreHead {
  return { ...info, indexes: indexes.map(({ field }) => field) };
}

/** The next page is on its way while one is written. */
async function* readPages(
  store: Store,
  where: Where | undefined,
  entriesMax: number,
  patience: Patience,
): AsyncGenerator<readonly Entry[], void, undefined> {
  let limit = Math.min(firstPage, entriesMax);
  const ask = (cursor?: string): Promise<Page<Entry>> => {
    const page = store.find({
      limit,
      ...(where !== undefined && { where }),
      ...(cursor !== undefined && { cursor }),
      ...patience.options(),
    });
    // It may fail while the page before is written: it is told when its turn comes.
    page.catch(() => undefined);
    return page;
  };
  let asked: Promise<Page<Entry>> | undefined = ask();
  while (asked !== undefined) {
    const { entries, cursor }: Page<Entry> = await asked;
    limit = nextLimit(entries, limit, entriesMax);
    asked = cursor === undefined ? undefined : ask(cursor);
    yield entries;
  }
}

/** So many entries that a page has about as many bytes as it should, judged by one of its entries. */
function nextLimit(entries: readonly Entry[], limit: number, entriesMax: number): number {
  if (entries.length === 0) return limit;
  let bytes = 0;
  for (let i = 0; i < entries.length; i += 1 + (entries.length >>> 4)) {
    bytes = Math.max(bytes, entryLine(entries[i]).length);
  }
  return Math.max(1, Math.min(entriesMax, 2 * limit, Math.floor(pageBytes / bytes)));
}

async function writePages(
  pages: AsyncIterable<readonly Entry[]>,
  target: Target,
  info: StoreInfo,
  options: CheckedExportOptions,
  patience: Patience,
): Promise<number> {
  const turns = new Turns();
  const all = options.where === undefined ? { totalEntries: info.entries } : {};
  let entries = 0;
  for await (const page of pages) {
    for (const entry of page) {
      target.add(entry);
      if (turns.due) await turns.give();
    }
    await patience.race(target.flush());
    entries += page.length;
    if (page.length > 0) options.onProgress?.({ entries, bytes: target.bytes, ...all });
  }
  return entries;
}

const firstPage = 100;
const entriesMax = 1_000;
const pageBytes = 512 * 1024;
