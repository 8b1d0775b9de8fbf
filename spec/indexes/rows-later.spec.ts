import assert from "node:assert/strict";
import { SlotVectorIndex } from "../../lib/indexes/slot-vector-index.js";
import type { SlotVectorIndexes } from "../../lib/indexes/slot-vector-indexes.js";
import {
  floatsKind,
  type IndexSearch,
  type SlotImage,
  type VectorIndex,
} from "../../lib/indexes/vector-index.js";
import type { VectorSource } from "../../lib/kernels/vector-source.js";
import { AhnlichError } from "../../lib/model/errors.js";
import { metrics } from "../../lib/model/metric.js";
import { vectorToBytes } from "../../lib/model/vector.js";
import { supportedKernels } from "../kernels/supported-kernels.js";
import { openIndexes } from "../support/open-indexes.js";
import { randomNumbers, randomVector } from "../support/random.js";
import { NaiveIndex, pairs } from "./oracle.js";

describe("An index whose float32 rows come later", () => {
  const open = openIndexes();

  const dimension = 20;
  const count = 6000;
  const random = randomNumbers(17);
  const vectors = new Map<number, Float32Array>();
  const naive = new NaiveIndex();
  for (let i = 1; i <= count; i++) naive.add(i, vectorOf(i), 0);
  for (let i = 3; i <= count; i += 3) naive.kill(i, 0);
  const targets = [vectorOf(5), randomVector(random, dimension), randomVector(random, dimension)];

  /** Random ones, and in between many that are alike, of which codes tell nothing. */
  function vectorOf(ordinal: number): Float32Array {
    const known = vectors.get(ordinal);
    if (known !== undefined) return known;
    const own = randomVector(randomNumbers(ordinal), dimension);
    const isAlike = ordinal > 2000 && ordinal < 2500;
    const vector = isAlike ? own.map((x, i) => (i === 0 ? 1 : x * 1e-4)) : own;
    vectors.set(ordinal, vector);
    return vector;
  }

  /** Another index that has all of it but the rows, which are returned as the image they are to come from. */
  function halfway(indexes: SlotVectorIndexes): { index: VectorIndex; whole: SlotImage } {
    const first = indexes.create(dimension);
    for (let i = 1; i <= count; i++) first.add(i, vectorOf(i), 1);
    for (let i = 3; i <= count; i += 3) first.kill(i, 2);
    const whole = imageOf(first);
    const index = indexes.create(dimension);
    const image = imageOf(index);
    image.lay(whole.used, { rowsLater: true });
    copy(whole, image, (kind) => kind !== floatsKind, 0, whole.used);
    for (let at = 0; at < whole.used; ) {
      const some = Math.min(whole.pieceAt(at), image.pieceAt(at), whole.used - at);
      image.take(at, whole.ordinals(at, some));
      at += some;
    }
    return { index, whole };
  }

  for (const kernels of supportedKernels) {
    for (const threads of [0, 1]) {
      for (const isSlow of [false, true]) {
        const speed = isSlow ? "slow" : "ready";
        it(`asks a ${speed} source, with ${threads} threads and kernels for ${kernels}`, async () => {
          for (const atOnceMs of [0, 1000]) {
            const { index } = halfway(open({ threads, atOnceMs, kernels }));
            for (const metric of metrics) {
              for (const limit of [1, 10, 700]) {
                const source = new CountingSource(isSlow);
                const request = { targets, metric, limit, sequence: 1, source } as const;
                assert.deepEqual(pairs(await index.search(request)), naive.search(request));
                assert(source.asked > 0);
              }
            }
          }
        });
      }
    }
  }

  it("asks for few where codes tell most", async () => {
    const { index } = halfway(open({ threads: 0 }));
    const source = new CountingSource(false);
    const one = [randomVector(random, dimension)];
    await index.search({ targets: one, metric: "cosine", limit: 5, sequence: 1, source });
    assert(source.asked > 4 && source.asked < 400, `${source.asked} rows`);
  });

  it("gives all that there are, where so many are asked for", async () => {
    const { index } = halfway(open({ threads: 0 }));
    const source = new CountingSource(false);
    const request = { targets, metric: "cosine", limit: count, sequence: 1, source } as const;
    assert.deepEqual(pairs(await index.search(request)), naive.search(request));
  });

  it("bounds what is too far, and searches within a selection", async () => {
    const { index } = halfway(open({ threads: 0 }));
    const within = index.select();
    const chosen = new Set<number>();
    for (let i = 1; i <= count; i += 2) {
      within.add(i);
      chosen.add(i);
    }
    const source = new CountingSource(true);
    for (const metric of metrics) {
      const [all] = naive.search({ targets, metric, limit: 100, sequence: 1 });
      const maxDistance = all[30][1];
      const request = { targets, metric, limit: 100, sequence: 1, maxDistance, source, within };
      assert.deepEqual(pairs(await index.search(request)), naive.search(request, chosen));
    }
  });

  for (const threads of [0, 1]) {
    it(`walks through a graph before its rows are there, with ${threads} threads`, async () => {
      const { index } = halfway(open({ threads, atOnceMs: 0, graphLeast: 500 }));
      assert(index instanceof SlotVectorIndex);
      await index.linked();
      const source = new CountingSource(threads > 0);
      const beam = { width: 400, slack: Number.POSITIVE_INFINITY };
      const request = { targets, metric: "cosine", limit: 10, sequence: 1, source, beam } as const;
      const found = await index.search(request);
      assert(found.every(({ plan }) => plan === "graph"));
      assert.deepEqual(pairs(found), naive.search(request));
      assert(source.asked > 0 && source.asked < 3 * 200, `${source.asked} rows`);
    });
  }

  it("shows what is added and killed meanwhile, and uses no slot again", async () => {
    const { index, whole } = halfway(open({ threads: 0 }));
    const follower = new NaiveIndex();
    for (const row of naive.rows) if (row.died > 0) follower.add(row.ordinal, row.vector, 1);
    for (let i = count + 1; i <= count + 500; i++) {
      index.add(i, vectorOf(i), 2);
      follower.add(i, vectorOf(i), 2);
    }
    for (let i = 1; i < 900; i += 3) {
      index.kill(i, 3);
      follower.kill(i, 3);
    }
    index.reclaim(3);
    const source = new CountingSource(false);
    const request = { targets, metric: "euclidean", limit: 30, sequence: 3, source } as const;
    assert.deepEqual(pairs(await index.search(request)), follower.search(request));
    copy(whole, imageOf(index), (kind) => kind === floatsKind, 0, whole.used);
    imageOf(index).giveRows(whole.used);
    for (let i = count + 501; i <= count + 900; i++) {
      index.add(i, vectorOf(i), 4);
      follower.add(i, vectorOf(i), 4);
    }
    const { source: _, ...without } = { ...request, sequence: 4 };
    assert.deepEqual(pairs(await index.search(without)), follower.search(without));
  });

  it("reads those rows that have come, and in the end asks no source", async () => {
    const { index, whole } = halfway(open({ threads: 1, atOnceMs: 0 }));
    const image = imageOf(index);
    const request = { targets, metric: "euclidean", limit: 50, sequence: 1 } as const;
    const expected = naive.search(request);
    const reads: number[] = [];
    for (const slots of [0, 1500, 4000, whole.used]) {
      copy(whole, image, (kind) => kind === floatsKind, 0, slots);
      image.giveRows(slots);
      const source = new CountingSource(false);
      assert.deepEqual(pairs(await index.search({ ...request, source })), expected);
      reads.push(source.asked);
      assert.equal(image.hasRows, slots === whole.used);
      const seen = [...index.seenAt(1)].filter(({ bytes }) => bytes !== undefined);
      assert.equal(
        seen.length === naive.search({ ...request, limit: count })[0].length,
        image.hasRows,
      );
    }
    assert(reads[0] > 0 && reads[3] === 0 && reads[2] <= reads[0]);
    assert.deepEqual(pairs(await index.search(request)), expected);
  });

  it("rejects with what its source throws, and goes on with the next", async () => {
    const failure = new AhnlichError("IO_ERROR", "the disk is gone");
    const sources: VectorSource[] = [
      {
        read: () => {
          throw failure;
        },
      },
      { read: () => Promise.reject(failure) },
    ];
    for (const atOnceMs of [0, 1000]) {
      const { index } = halfway(open({ threads: 0, atOnceMs }));
      const request: IndexSearch = { targets, metric: "dot", limit: 5, sequence: 1 };
      for (const source of sources) {
        await assert.rejects(index.search({ ...request, source }), failure);
      }
      await assert.rejects(index.search(request), { code: "INTERNAL" });
      const good = await index.search({ ...request, source: new CountingSource(true) });
      assert.deepEqual(pairs(good), naive.search(request));
    }
  });

  it("ends a search that waits for its source when it is aborted, or the engine closes", async () => {
    for (const atOnceMs of [0, 1000]) {
      const indexes = open({ threads: 0, atOnceMs });
      const { index } = halfway(indexes);
      const request = { targets, metric: "dot", limit: 5, sequence: 1 } as const;
      const answers: (() => void)[] = [];
      const abort = new AbortController();
      for (const [end, code] of [
        [() => abort.abort(), "ABORTED"],
        [() => indexes.close(), "CLOSED"],
      ] as const) {
        let search: Promise<unknown> = Promise.resolve();
        await new Promise<void>((asked) => {
          const read = (): Promise<void> => {
            asked();
            return new Promise((answer) => answers.push(answer));
          };
          const signal = code === "ABORTED" ? abort.signal : undefined;
          search = index.search({ ...request, source: { read } }, signal);
          search.catch(() => {});
        });
        await end();
        await assert.rejects(search, { code });
      }
      for (const answer of answers) answer();
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  /** Has all vectors; counts how many were asked for. */
  class CountingSource implements VectorSource {
    readonly #isSlow: boolean;
    asked = 0;

    constructor(isSlow: boolean) {
      this.#isSlow = isSlow;
    }

    read(ordinals: Float64Array, into: Uint8Array): void | Promise<void> {
      this.asked += ordinals.length;
      const write = (): void => {
        for (const [i, ordinal] of ordinals.entries()) {
          into.set(vectorToBytes(vectorOf(ordinal)), i * dimension * 4);
        }
      };
      if (!this.#isSlow) return write();
      return new Promise((resolve) => setImmediate(resolve)).then(write);
    }
  }
});

function imageOf({ image }: VectorIndex): SlotImage {
  assert.ok(image);
  return image;
}

/** What the sections have of slots, from one image to another. */
function copy(
  from: SlotImage,
  to: SlotImage,
  which: (kind: number) => boolean,
  first: number,
  end: number,
): void {
  for (const [section, { kind }] of from.sections.entries()) {
    if (!which(kind)) continue;
    for (let at = first; at < end; ) {
      const some = Math.min(from.pieceAt(at), to.pieceAt(at), end - at);
      to.view(section, at, some).set(from.view(section, at, some));
      at += some;
    }
  }
}
