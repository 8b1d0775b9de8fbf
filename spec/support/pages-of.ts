import type { Store } from "../../lib/handles/store.js";

/** The ids of all pages that a query has. */
export async function pagesOf(store: Store, options: object): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await store.find({ ...options, cursor });
    pages.push(page.entries.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined && pages.length < 100);
  return pages;
}
