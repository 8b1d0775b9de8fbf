import assert from "node:assert/strict";

/** Between two ticks of one clock. */
interface Span {
  readonly start: number;
  readonly end: number;
}

interface GroupSet extends Span {
  readonly mark: number;
  readonly version: number;
}

/** What a read saw of the group: the mark of the set that wrote it, or none where it was absent. */
export interface Sighting extends Span {
  readonly mark: number | undefined;
  readonly version: number | undefined;
}

/** What was done to a group of entries and what was seen of it, when; complete before it is checked. */
export class GroupHistory {
  readonly sets: GroupSet[] = [];
  readonly deletes: Span[] = [];
  readonly sightings: Sighting[] = [];

  /** Every sighting can be explained by some order of the writes that keeps to the clock. */
  check(): void {
    for (const sighting of this.sightings) {
      if (sighting.mark === undefined) this.#checkAbsent(sighting);
      else this.#checkPresent(sighting, sighting.mark);
    }
    this.#checkOrder();
  }

  #checkPresent(sighting: Sighting, mark: number): void {
    const seen = this.#setOf(mark);
    assert.ok(seen.start < sighting.end, "a write was seen before it was asked for");
    if (sighting.version !== undefined) assert.equal(sighting.version, seen.version);
    for (const set of this.sets) {
      const missed = set.end < sighting.start && set.version > seen.version;
      assert.ok(!missed, `set ${set.mark} was acknowledged, but ${mark} was seen`);
    }
    for (const deleted of this.deletes) {
      const missed = deleted.end < sighting.start && seen.end < deleted.start;
      assert.ok(!missed, `set ${mark} was deleted, but seen`);
    }
  }

  #checkAbsent(sighting: Sighting): void {
    for (const set of this.sets.filter(({ end }) => end < sighting.start)) {
      const explained = this.deletes.some(
        ({ start, end }) => set.start < end && start < sighting.end,
      );
      assert.ok(explained, `set ${set.mark} was acknowledged, but nothing was seen`);
    }
  }

  /** A later read never sees an older write. */
  #checkOrder(): void {
    const present = this.sightings.filter(({ mark }) => mark !== undefined);
    for (const earlier of present) {
      for (const later of present) {
        if (earlier.end >= later.start) continue;
        const [before, after] = [this.#setOf(earlier.mark), this.#setOf(later.mark)];
        assert.ok(before.version <= after.version, "a read went back in time");
      }
    }
  }

  #setOf(mark: number | undefined): GroupSet {
    const found = this.sets.find((set) => set.mark === mark);
    assert.ok(found, "a mark was seen that no write has");
    return found;
  }
}
