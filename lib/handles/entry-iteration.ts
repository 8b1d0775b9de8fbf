import { call } from "./call.js";
import { copyOptions } from "./copy-options.js";
import type { Executor } from "./executor.js";

/**
 * Every entry that matches, page by page in id order: one `find` when the page before is used up,
 * none before the first entry is asked for, none after the iteration was left. `timeoutMs` counts
 * for each page. The options are copied now; a bad one rejects the first step.
 */
export function iterateEntries(
  executor: Executor,
  store: string,
  options: object | undefined,
): AsyncIterableIterator<unknown> {
  let copied: () => object;
  try {
    const copy = copyOptions(options, ["cursor", "limit"]);
    copied = () => copy;
  } catch (error) {
    copied = () => {
      throw error;
    };
  }
  return pages(executor, store, copied);
}

async function* pages(
  executor: Executor,
  store: string,
  copied: () => object,
): AsyncGenerator<unknown, void, undefined> {
  const options = copied();
  let cursor: string | undefined;
  do {
    const fields = cursor === undefined ? { store } : { store, cursor };
    const page = await call(executor, "find", fields, options);
    yield* page.entries;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
