import { canonicalText } from "../model/canonical-text.js";
import type { CheckedGroupBy } from "../model/checked-query.js";
import { allOf, negate } from "../model/combine-predicates.js";
import type { MetadataValue } from "../model/metadata.js";
import type { Predicate } from "../model/predicate.js";
import { compareText } from "../model/text.js";

/** What may be a match, before it is read whole. */
export interface Member {
  readonly ordinal: number;
  readonly id: string;
  readonly distance: number;
}

/** The nearest entries of each value of a field, of the values whose nearest are nearest. */
export class MatchGroups {
  readonly #field: string;
  /** The most members of a group, and the most groups. */
  readonly #room: number;
  readonly #wanted: number;
  readonly #groups = new Map<string, Group>();
  #full = 0;

  constructor({ field, limit }: CheckedGroupBy, wanted: number) {
    this.#field = field;
    this.#room = limit;
    this.#wanted = wanted;
  }

  get size(): number {
    return this.#groups.size;
  }

  /** One that has that value; known ones are passed over. */
  add(value: MetadataValue, member: Member): void {
    const key = canonicalText(value);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { value, members: [] };
      this.#groups.set(key, group);
    }
    const { members } = group;
    const wasFull = members.length === this.#room;
    if (!place(members, member, this.#room)) return;
    if (!wasFull && members.length === this.#room) this.#full++;
  }

  /** Whether nothing is missing that lies farther than what came so far. */
  get areWhole(): boolean {
    if (this.#full < this.#wanted) return false;
    return this.#first().every(({ members }) => members.length === this.#room);
  }

  /** What is still to be looked for: entries of other values, or of those that have too few yet. */
  get lacking(): Predicate {
    const field = this.#field;
    if (this.#groups.size >= this.#wanted) {
      const open = this.#first().filter(({ members }) => members.length < this.#room);
      return Object.freeze({ kind: "in", field, values: valuesOf(open) });
    }
    const full = [...this.#groups.values()].filter(({ members }) => members.length === this.#room);
    const exists: Predicate = Object.freeze({ kind: "exists", field });
    if (full.length === 0) return exists;
    return allOf([exists, negate(Object.freeze({ kind: "in", field, values: valuesOf(full) }))]);
  }

  /** All members of the groups that are wanted, nearest first. */
  get members(): Member[] {
    return this.#first()
      .flatMap(({ members }) => members)
      .sort(compareMembers);
  }

  #first(): Group[] {
    const groups = [...this.#groups.values()];
    if (groups.length > 1) groups.sort((a, b) => compareMembers(a.members[0], b.members[0]));
    return groups.slice(0, this.#wanted);
  }
}

interface Group {
  readonly value: MetadataValue;
  /** Nearest first, at least one. */
  readonly members: Member[];
}

function valuesOf(groups: readonly Group[]): readonly MetadataValue[] {
  return Object.freeze(groups.map(({ value }) => value));
}

/** False where it is there already, or there is no room for it before the last. */
function place(members: Member[], member: Member, room: number): boolean {
  let at = members.length;
  while (at > 0 && compareMembers(member, members[at - 1]) < 0) at--;
  if (at === room || members[at - 1]?.ordinal === member.ordinal) return false;
  members.splice(at, 0, member);
  if (members.length > room) members.pop();
  return true;
}

function compareMembers(a: Member, b: Member): number {
  return a.distance - b.distance || compareText(a.id, b.id);
}
