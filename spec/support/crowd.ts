import assert from "node:assert/strict";
import type { Store } from "../../lib/handles/store.js";
import { naiveDistance } from "./naive-search.js";

interface Member {
  readonly id: string;
  readonly version: number;
  readonly vector: Float32Array;
  readonly metadata: Mark;
}

interface Mark {
  readonly group: number;
  readonly round: number;
  readonly member: number;
}

/**
 * Groups of entries too many to be read in one turn, each group written anew by one set after the other. An
 * entry's vector follows from its metadata, so that the distance of another version gives itself away.
 */
export class Crowd {
  readonly #store: Store<Mark>;
  readonly #asked: number[] = Array.from({ length: groups }, () => 0);
  readonly #acknowledged: number[] = Array.from({ length: groups }, () => 0);

  constructor(store: Store) {
    this.#store = store as unknown as Store<Mark>;
  }

  /** Writes the group anew, `rounds` times. */
  async write(group: number, rounds: number): Promise<void> {
    for (let round = 1; round <= rounds; round++) {
      this.#asked[group] = round;
      const marks = Array.from({ length: perGroup }, (_, member) => ({ group, round, member }));
      await this.#store.set(
        marks.map((metadata) => ({ id: idOf(metadata), vector: vectorOf(metadata), metadata })),
      );
      this.#acknowledged[group] = round;
    }
  }

  async search(): Promise<void> {
    const acknowledged = [...this.#acknowledged];
    const answers = await this.#store.searchMany(targets, { limit: 40 });
    const rounds = new Map<number, number>();
    for (const [at, matches] of answers.entries()) {
      assert.equal(matches.length, 40);
      for (const { id, distance, metadata } of matches) {
        assert.equal(id, idOf(metadata));
        assert.equal(distance, naiveDistance("euclidean", targets[at], vectorOf(metadata)));
        const { group, round } = metadata;
        assert.equal(rounds.get(group) ?? round, round, "two writes of a group in one answer");
        rounds.set(group, round);
      }
    }
    this.#checkTime(rounds, acknowledged);
  }

  async find(): Promise<void> {
    const acknowledged = [...this.#acknowledged];
    const where = { round: { $gte: 1 } };
    const { entries } = await this.#store.find({ where, limit: groups * perGroup });
    this.#checkTime(roundsOf(entries), acknowledged);
  }

  async count(): Promise<void> {
    const group = this.#acknowledged.indexOf(Math.max(...this.#acknowledged));
    const count = await this.#store.count({ where: { group, member: { $lt: 100 } } });
    assert.equal(count, 100);
  }

  /** What was acknowledged before is seen, what was not yet asked for is not. */
  #checkTime(rounds: ReadonlyMap<number, number>, acknowledged: readonly number[]): void {
    for (const [group, round] of rounds) {
      assert.ok(round >= acknowledged[group], "an acknowledged write was missed");
      assert.ok(round <= this.#asked[group], "a write was seen before it was asked for");
    }
  }
}

/** The round of each group; whole, and of one version. */
function roundsOf(entries: readonly Member[]): Map<number, number> {
  const rounds = new Map<number, number>();
  for (let group = 0; group < groups; group++) {
    const members = entries.filter(({ metadata }) => metadata.group === group);
    assert.ok(members.length === perGroup || members.length === 0, "half a write");
    assert.ok(new Set(members.map(({ version }) => version)).size <= 1, "two versions");
    for (const { metadata, vector } of members) {
      rounds.set(group, rounds.get(group) ?? metadata.round);
      assert.equal(metadata.round, rounds.get(group), "two writes");
      assert.deepEqual(vector, vectorOf(metadata));
    }
  }
  return rounds;
}

export const crowdDimension = 24;
export const groups = 4;
const perGroup = 500;

function idOf({ group, member }: Mark): string {
  return `${group}-${member}`;
}

/** Small integers: their distances are exact. */
function vectorOf({ group, round, member }: Mark): Float32Array {
  const seed = group * 17 + round * 31 + member * 7;
  return Float32Array.from({ length: crowdDimension }, (_, i) => ((seed + i * i * 13) % 101) - 50);
}

const targets = Array.from({ length: 100 }, (_, n) => {
  return Float32Array.from({ length: crowdDimension }, (_, i) => ((n * 37 + i * 11) % 101) - 50);
});
