import { bestKernels } from "../../../lib/kernels/kernels.js";
import { BareIndex } from "../../support/bare-index.js";
import type { VectorFile } from "../data-sets/vector-file.js";
import {
  type IndexContender,
  type Kind,
  type OpenIndex,
  type Place,
  recalls,
} from "./index-contender.js";

type Found = { readonly ordinals: Float64Array };

/** Our index and nothing around it: no entries, no ids, nothing kept. It is built anew wherever it is opened. */
export const bare: IndexContender = {
  how: "the vector index of a store by itself, in memory",
  async build(place, vectors, built) {
    const index = await make(place, vectors);
    await built();
    await index.close();
  },
  async open(place, vectors) {
    const index = await make(place, vectors);
    return {
      efforts: effortsOf(index, place.kind),
      targetOf: (vector) => vector,
      idsOf: ({ ordinals }) => Array.from(ordinals, (ordinal) => ordinal - 1),
      close: () => index.close(),
    } satisfies OpenIndex<Float32Array, Found>;
  },
};

async function make({ kind, threads }: Place, vectors: VectorFile): Promise<BareIndex> {
  const { vectors: all } = vectors.read(0, vectors.count);
  const graph = kind === "approximate";
  const workers = threads === 1 ? 0 : threads;
  const options = { kernels: bestKernels(), threads: workers, graph };
  const index = new BareIndex(all, vectors.dimension, options);
  await index.linked();
  return index;
}

function effortsOf(index: BareIndex, kind: Kind) {
  return (kind === "exact" ? [1] : recalls).map((recall) => ({
    label: `recall ${recall}`,
    search: async (target: Float32Array): Promise<Found> =>
      (await index.search([target], recall))[0],
    searchMany: (targets: readonly Float32Array[]) => index.search(targets, recall),
  }));
}
