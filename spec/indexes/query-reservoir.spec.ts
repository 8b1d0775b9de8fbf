import assert from "node:assert/strict";
import { QueryReservoir } from "../../lib/indexes/query-reservoir.js";
import { randomNumbers } from "../support/random.js";

/** Queries that carry their number. */
function numbered(first: number, count: number): Float32Array[] {
  return Array.from({ length: count }, (_, i) => Float32Array.of(first + i, 0));
}

describe("QueryReservoir", () => {
  it("keeps all while they are few", () => {
    const reservoir = new QueryReservoir(2, { count: 10 });
    for (const query of numbered(0, 7)) reservoir.offer(query);
    const kept = reservoir.draw(100, Math.random).map(([number]) => number);
    assert.deepEqual(
      kept.sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6],
    );
    assert.equal(reservoir.arrived, 7);
  });

  it("keeps each of those that came with the same chance", () => {
    const random = randomNumbers(3);
    const times = new Float64Array(100);
    for (let trial = 0; trial < 2_000; trial++) {
      const reservoir = new QueryReservoir(2, { count: 10, memory: 1_000, random });
      for (const query of numbered(0, 100)) reservoir.offer(query);
      assert.equal(reservoir.size, 10);
      for (const [number] of reservoir.draw(10, random)) times[number]++;
    }
    // 200 expected with a deviation of 13.4; chi-square with 99 degrees has mean 99, deviation 14
    const chi = times.reduce((sum, count) => sum + (count - 200) ** 2 / (200 * 0.9), 0);
    assert.ok(chi < 170, `chi-square ${chi}`);
  });

  it("forgets what no longer comes", () => {
    const random = randomNumbers(4);
    const reservoir = new QueryReservoir(2, { count: 100, memory: 500, random });
    for (const query of numbered(0, 10_000)) reservoir.offer(query);
    const old = reservoir.draw(100, random).filter(([number]) => number < 7_500);
    assert.ok(old.length < 5, `${old.length} are older than five times its memory`);
    const fresh = reservoir.draw(100, random).filter(([number]) => number >= 9_500);
    assert.ok(Math.abs(fresh.length - 63) < 20, `${fresh.length} are as young as its memory`);
  });

  it("draws each query once, in an order that the numbers decide", () => {
    const reservoir = new QueryReservoir(2, { count: 50 });
    for (const query of numbered(0, 50)) reservoir.offer(query);
    const first = reservoir.draw(20, randomNumbers(1)).map(([number]) => number);
    const again = reservoir.draw(20, randomNumbers(1)).map(([number]) => number);
    assert.deepEqual(first, again);
    assert.equal(new Set(first).size, 20);
    assert.notDeepEqual(
      first,
      reservoir.draw(20, randomNumbers(2)).map(([number]) => number),
    );
  });

  it("tells those that came since from those before", () => {
    const reservoir = new QueryReservoir(2, { count: 50 });
    for (const query of numbered(0, 30)) reservoir.offer(query);
    const mark = reservoir.arrived;
    assert.equal(reservoir.sizeAfter(mark), 0);
    for (const query of numbered(30, 5)) reservoir.offer(query);
    assert.equal(reservoir.sizeAfter(mark), 5);
    assert.ok(reservoir.draw(50, Math.random, mark).every(([number]) => number >= 30));
  });

  it("copies what it keeps and what it gives", () => {
    const reservoir = new QueryReservoir(2, { count: 4 });
    const query = Float32Array.of(1, 2);
    reservoir.offer(query);
    query.fill(9);
    reservoir.draw(1, Math.random)[0].fill(8);
    assert.deepEqual(reservoir.draw(1, Math.random), [Float32Array.of(1, 2)]);
  });

  it("stays within its bytes, however many come", () => {
    const reservoir = new QueryReservoir(256, { bytes: 64 * 1024 });
    assert.equal(reservoir.capacity, 64);
    for (let i = 0; i < 5_000; i++) reservoir.offer(new Float32Array(256));
    assert.equal(reservoir.size, 64);
    assert.equal(reservoir.bytes, 64 * 1024);
  });

  it("takes no memory before a query comes, nor after it was cleared", () => {
    const reservoir = new QueryReservoir(1_536);
    assert.equal(reservoir.bytes, 0);
    reservoir.offer(new Float32Array(1_536));
    reservoir.clear();
    assert.deepEqual([reservoir.bytes, reservoir.size, reservoir.arrived], [0, 0, 0]);
    reservoir.offer(new Float32Array(1_536));
    assert.equal(reservoir.size, 1);
  });
});
