import { changesPerPart } from "../rows/change-rows.js";

/** One row of a store's log that a draft has written. */
export interface LogRow {
  readonly sequence: number;
  readonly part: number;
  /** Changes in it. */
  readonly count: number;
  readonly time: number;
}

/** What a draft has added to the logs of stores, by incarnation, in the order of the log. */
export class DraftedLog {
  readonly #rows: Map<number, LogRow[]> = new Map();

  rows(incarnation: number): readonly LogRow[] {
    return this.#rows.get(incarnation) ?? [];
  }

  /** The number of the part with which the command goes on. */
  nextPart(incarnation: number, sequence: number): number {
    const last = this.#rows.get(incarnation)?.at(-1);
    return last?.sequence === sequence ? last.part + 1 : 0;
  }

  /** Adds the parts of a command from `first.part` to before `end`, which hold so many changes. */
  add(incarnation: number, first: Omit<LogRow, "count">, end: number, changes: number): void {
    let rows = this.#rows.get(incarnation);
    if (rows === undefined) {
      rows = [];
      this.#rows.set(incarnation, rows);
    }
    const { sequence, time } = first;
    for (let part = first.part, left = changes; part < end; part++, left -= changesPerPart) {
      rows.push({ sequence, part, count: Math.min(left, changesPerPart), time });
    }
  }

  /** Forgets what commands from this one on have added. */
  forgetFrom(sequence: number): void {
    for (const rows of this.#rows.values()) {
      while ((rows.at(-1)?.sequence ?? -1) >= sequence) rows.pop();
    }
  }
}
