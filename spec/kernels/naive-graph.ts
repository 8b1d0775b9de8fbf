import * as layout from "../../lib/kernels/layout.js";

/** The key of two slots, as the kernels' float32 arithmetic gives it. */
export type KeyOf = (a: number, b: number) => number;

interface Reached {
  readonly slot: number;
  readonly key: number;
}

/** A graph in plain arrays, linked and repaired step by step; what the kernels make must be equal. */
export class NaiveGraph {
  entry = -1;
  top = -1;
  readonly #keyOf: KeyOf;
  readonly #lists = new Map<string, number[]>();

  constructor(keyOf: KeyOf) {
    this.#keyOf = keyOf;
  }

  list(slot: number, level: number): number[] {
    const name = `${slot} ${level}`;
    const list = this.#lists.get(name) ?? [];
    this.#lists.set(name, list);
    return list;
  }

  link(slot: number): void {
    const level = naiveLevelOf(slot);
    const top = this.top;
    if (top >= 0) {
      let at = this.entry;
      for (let l = top; l > level; l--) at = this.#descend(slot, at, l);
      for (let l = Math.min(level, top); l >= 0; l--) at = this.#linkOn(l, slot, at);
    }
    if (level <= top) return;
    this.entry = slot;
    this.top = level;
  }

  /** Takes all links to the dead away; returns those that lead nowhere then. */
  sweep(living: readonly number[], dead: ReadonlySet<number>): number[] {
    const lost: number[] = [];
    for (const slot of living) {
      for (let level = 0; level <= naiveLevelOf(slot); level++) {
        const list = this.list(slot, level);
        if (!list.some((one) => dead.has(one))) continue;
        this.#repair(list, slot, level, dead);
        if (level === 0 && list.length === 0) lost.push(slot);
      }
    }
    if (dead.has(this.entry)) this.#chooseEntry(living);
    for (const slot of dead) {
      for (let level = 0; level <= naiveLevelOf(slot); level++) this.list(slot, level).length = 0;
    }
    return lost;
  }

  #repair(list: number[], slot: number, level: number, dead: ReadonlySet<number>): void {
    const live = list.filter((one) => !dead.has(one));
    const behind = new Set<number>();
    for (const gone of list.filter((one) => dead.has(one))) {
      for (const one of this.list(gone, level)) {
        if (one !== slot && !dead.has(one) && !list.includes(one)) behind.add(one);
      }
    }
    const nearest = this.#sorted(slot, [...behind]);
    const chosen = this.#choose(nearest, live, list.length);
    for (const { slot: one } of nearest) {
      if (chosen.length < list.length && !chosen.includes(one)) chosen.push(one);
    }
    list.splice(0, list.length, ...chosen);
  }

  #chooseEntry(living: readonly number[]): void {
    this.entry = -1;
    this.top = -1;
    for (const slot of living) {
      const level = naiveLevelOf(slot);
      if (level <= this.top || this.list(slot, 0).length === 0) continue;
      this.entry = slot;
      this.top = level;
    }
  }

  #descend(to: number, from: number, level: number): number {
    let at = from;
    for (;;) {
      const near = [at, ...this.list(at, level)];
      const keys = near.map((slot) => this.#keyOf(to, slot));
      const next = near[keys.indexOf(Math.min(...keys))] as number;
      if (next === at) return at;
      at = next;
    }
  }

  #linkOn(level: number, slot: number, start: number): number {
    const from = start === slot ? (this.list(slot, level)[0] ?? slot) : start;
    if (from === slot) return slot;
    const pool = this.#walk(level, slot, from);
    const chosen = this.#choose(pool, [], roomOf(level));
    for (const one of chosen) this.#addLink(level, slot, one);
    for (const one of chosen) this.#addLink(level, one, slot);
    return pool[0]?.slot as number;
  }

  #walk(level: number, to: number, from: number): Reached[] {
    const seen = new Set([to, from]);
    const walked = new Set<number>();
    const pool: Reached[] = [{ slot: from, key: this.#keyOf(to, from) }];
    for (;;) {
      const next = pool.find(({ slot }) => !walked.has(slot));
      if (next === undefined) return pool;
      walked.add(next.slot);
      for (const slot of this.list(next.slot, level)) {
        if (seen.has(slot)) continue;
        seen.add(slot);
        insert(pool, { slot, key: this.#keyOf(to, slot) });
        pool.length = Math.min(pool.length, linkWidth);
      }
    }
  }

  #choose(nearest: readonly Reached[], before: readonly number[], most: number): number[] {
    const chosen = [...before];
    for (const { slot, key } of nearest) {
      if (chosen.length >= most) break;
      if (chosen.every((other) => this.#keyOf(slot, other) >= key)) chosen.push(slot);
    }
    return chosen;
  }

  #addLink(level: number, from: number, to: number): void {
    const list = this.list(from, level);
    const room = roomOf(level);
    if (list.includes(to)) return;
    list.push(to);
    if (list.length <= room) return;
    list.splice(0, list.length, ...this.#choose(this.#sorted(from, list), [], room));
  }

  #sorted(to: number, slots: readonly number[]): Reached[] {
    const sorted: Reached[] = [];
    for (const slot of slots) insert(sorted, { slot, key: this.#keyOf(to, slot) });
    return sorted;
  }
}

/** Behind those that are as near. */
function insert(sorted: Reached[], one: Reached): void {
  const at = sorted.findIndex(({ key }) => key > one.key);
  sorted.splice(at < 0 ? sorted.length : at, 0, one);
}

/** One in 16 of each level is on the next. */
export function naiveLevelOf(slot: number): number {
  let level = 0;
  for (let rest = slot; level < layout.levelMax; level++) {
    const digit = rest & 15;
    rest >>>= 4;
    if (digit !== Math.imul(rest, 0x9e3779b1) >>> 28) break;
  }
  return level;
}

/** Links of a slot on a level. */
function roomOf(level: number): number {
  return level === 0 ? layout.linksMax : layout.upperLinksMax;
}

/** What a walk that looks for neighbours keeps. */
const linkWidth = 200;
