import { bestKernels } from "../../../lib/kernels/kernels.js";
import { BareIndex } from "../../support/bare-index.js";
import type { IndexContender, OpenIndex } from "./index-contender.js";

type Found = { readonly ordinals: Float64Array };

/** Our index and nothing around it: no entries, no ids, nothing kept. It is built anew wherever it is opened. */
export const bare: IndexContender = {
  how: "the vector index of a store by itself, in memory",
  async build(_, vectors, built) {
    const { vectors: all } = vectors.read(0, vectors.count);
    const index = new BareIndex(all, vectors.dimension, bestKernels());
    await built();
    await index.close();
  },
  async open(_, vectors) {
    const { vectors: all } = vectors.read(0, vectors.count);
    const index = new BareIndex(all, vectors.dimension, bestKernels());
    return {
      efforts: [
        {
          label: "exact",
          search: async (target) => (await index.search([target]))[0],
          searchMany: (targets) => index.search(targets),
        },
      ],
      targetOf: (vector) => vector,
      idsOf: ({ ordinals }) => Array.from(ordinals, (ordinal) => ordinal - 1),
      close: () => index.close(),
    } satisfies OpenIndex<Float32Array, Found>;
  },
};
