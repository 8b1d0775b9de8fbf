import { AhnlichError } from "../model/errors.js";
import { call, checkObject, unknownOption } from "./call.js";
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
    const copy = copyOptions(options);
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

/** Later pages must ask what the first one asked, whatever the caller does to its objects meanwhile. */
function copyOptions(options: unknown): object {
  if (options === undefined) return {};
  checkObject(options);
  for (const name of ["cursor", "limit"]) {
    if (options[name] !== undefined) throw unknownOption(name);
  }
  const { signal, ...rest } = options;
  try {
    return { ...structuredClone(rest), signal };
  } catch (cause) {
    const sentence = "options: expected plain data beside the signal";
    throw new AhnlichError("INVALID_ARGUMENT", sentence, { cause });
  }
}
