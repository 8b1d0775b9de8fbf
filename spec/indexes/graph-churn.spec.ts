import assert from "node:assert/strict";
import { randomNumbers, randomVector } from "../support/random.js";
import { LinkedSlots } from "./linked-slots.js";
import { NaiveIndex } from "./oracle.js";

describe("A graph whose slots were all overwritten ten times", () => {
  it("finds as much as one that is built afresh", async () => {
    const random = randomNumbers(10);
    const centres = Array.from({ length: 30 }, () => randomVector(random, 8));
    const vector = (): Float32Array => {
      const centre = centres[Math.floor(random() * centres.length)] as Float32Array;
      return centre.map((x) => x + (random() + random() - 1) * 0.6);
    };
    const options = { dimension: 8, metric: "euclidean" } as const;
    const churned = new LinkedSlots(options);
    const vectors = new Map<number, Float32Array>();
    const add = (): void => {
      const row = vector();
      vectors.set(churned.add(row), row);
    };
    for (let i = 0; i < 2_000; i++) add();
    await churned.graphs.settled();
    const { bytes } = churned.arenas;
    for (let round = 0; round < 20; round++) {
      // Any of those that live, so that some grow old.
      const living = [...churned.living];
      const dying = new Set<number>();
      while (dying.size < 1_000) dying.add(living[Math.floor(random() * living.length)] as number);
      churned.kill(dying);
      for (let i = 0; i < 1_000; i++) add();
      await churned.graphs.settled();
    }
    assert(churned.arenas.bytes <= bytes * 2, `${bytes} bytes have become ${churned.arenas.bytes}`);
    const fresh = new LinkedSlots(options);
    const naive = new NaiveIndex();
    for (const ordinal of churned.living) {
      const row = vectors.get(ordinal) as Float32Array;
      naive.add(fresh.add(row), row, 1);
    }
    await fresh.graphs.settled();
    const ordinals = [...churned.living];
    const hits = { churned: 0, fresh: 0 };
    for (let i = 0; i < 300; i++) {
      const target = vector();
      const request = { targets: [target], metric: "euclidean", limit: 10, sequence: 1 } as const;
      const truth = new Set(naive.search(request)[0]?.map(([ordinal]) => ordinal));
      hits.fresh += fresh.walk(target, 10, 16).filter((one) => truth.has(one)).length;
      const old = new Set([...truth].map((ordinal) => ordinals[ordinal - 1]));
      hits.churned += churned.walk(target, 10, 16).filter((one) => old.has(one)).length;
    }
    assert(hits.churned >= hits.fresh - 30, `${hits.churned} against ${hits.fresh} of 3000 found`);
    await churned.close();
    await fresh.close();
  });
});
