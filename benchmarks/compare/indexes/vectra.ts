import { limit } from "../data-sets/truth.js";
import { load } from "../packages.js";
import type { IndexContender, OpenIndex } from "./index-contender.js";

type Found = { readonly item: { readonly id: string } }[];

interface LocalIndex {
  createIndex(): Promise<void>;
  batchInsertItems(items: readonly object[]): Promise<unknown>;
  queryItems(vector: number[], text: string, count: number): Promise<Found>;
}

interface Vectra {
  LocalIndex: new (folder: string) => LocalIndex;
}

/** Vectra, which keeps all vectors in one file of JSON and scans them. */
export const vectra: IndexContender = {
  how: "LocalIndex; always exact",
  async build({ folder }, vectors, built) {
    const index = make(folder);
    await index.createIndex();
    const { count, at } = vectors.read(0, vectors.count);
    const item = (_: unknown, i: number) => ({ id: String(i), vector: [...at(i)] });
    await index.batchInsertItems(Array.from({ length: count }, item));
    await built();
  },
  async open({ folder }) {
    const index = make(folder);
    return {
      efforts: [{ label: "exact", search: (target) => index.queryItems(target, "", limit) }],
      targetOf: (vector) => [...vector],
      idsOf: (found) => found.map(({ item }) => Number(item.id)),
      close: () => undefined,
    } satisfies OpenIndex<number[], Found>;
  },
};

function make(folder: string): LocalIndex {
  const { LocalIndex } = load<Vectra>("vectra");
  return new LocalIndex(folder);
}
