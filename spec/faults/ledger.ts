import { refusals } from "./lane-runner.js";
import { LaneState } from "./lane-state.js";
import type { Observed } from "./observe.js";
import { taskOf } from "./workload.js";

/**
 * What must be in a folder, by what its writers have asked and heard: for each lane the states that it
 * may be in. More than one only where an outcome is not known.
 */
export class Ledger {
  readonly problems: string[] = [];
  readonly notes: string[] = [];
  /** How many steps were acknowledged, refused by their own conditions, failed, or have no known outcome. */
  readonly counts = { acknowledged: 0, refused: 0, failed: 0, unknown: 0 };
  readonly #lanes = new Map<number, Lane>();
  #half = "";

  /** Takes more of a journal; a line that is not complete waits for its end. */
  read(text: string): void {
    const lines = (this.#half + text).split("\n");
    this.#half = lines.pop() ?? "";
    for (const line of lines) this.#readLine(line);
  }

  /** What may be found now, whatever is read later. */
  get expected(): Expected {
    return new Expected(
      new Map([...this.#lanes.keys()].map((lane) => [lane, this.#possible(lane)])),
    );
  }

  /** What was found is what is, from now on: the writers were killed, and nothing is under way. */
  adopt(observed: Observed): void {
    this.#half = "";
    for (const lane of new Set([...this.#lanes.keys(), ...observed.lanes()])) {
      const { pending } = this.#lane(lane);
      if (pending !== undefined) this.counts.unknown += taskOf(lane, pending).length;
      this.#lanes.set(lane, { possible: [observed.lane(lane)], pending: undefined });
    }
  }

  #readLine(line: string): void {
    const [verb, first, ...rest] = line.split(" ");
    const lane = this.#lane(Number(first));
    if (verb === "asks") lane.pending = Number(rest[0]);
    else if (verb === "hears") this.#hear(Number(first), rest);
    else if (verb === "complains") this.problems.push([first, ...rest].join(" "));
    else this.notes.push([first, ...rest].join(" "));
  }

  #hear(number: number, outcomes: readonly string[]): void {
    const lane = this.#lane(number);
    const steps = taskOf(number, lane.pending as number);
    let possible = lane.possible;
    for (const [i, step] of steps.entries()) {
      const outcome = outcomes[i] ?? "nothing";
      this.#count(outcome);
      possible = distinct(
        possible.flatMap((state) => continuations(state.after(step), state, outcome)),
      );
    }
    if (possible.length === 0) {
      const said = steps.map(({ kind }, i) => `${kind}: ${outcomes[i]}`).join(", ");
      this.problems.push(`lane ${number} heard what cannot be (${said})`);
      return;
    }
    lane.possible = possible;
    lane.pending = undefined;
  }

  #count(outcome: string): void {
    if (outcome === "ok") this.counts.acknowledged++;
    else if (outcome === "OUTCOME_UNKNOWN") this.counts.unknown++;
    else if (refusals.has(outcome)) this.counts.refused++;
    else this.counts.failed++;
  }

  /** Of what is under way any number of steps may have been taken, in order; a refused one changes nothing. */
  #possible(number: number): readonly LaneState[] {
    const { possible, pending } = this.#lane(number);
    if (pending === undefined) return possible;
    const all = [...possible];
    for (let state of possible) {
      for (const step of taskOf(number, pending)) {
        const after = state.after(step);
        if (typeof after === "string") continue;
        state = after;
        all.push(after);
      }
    }
    return all;
  }

  #lane(number: number): Lane {
    let lane = this.#lanes.get(number);
    if (lane === undefined) {
      lane = { possible: [new LaneState(number)], pending: undefined };
      if (Number.isInteger(number)) this.#lanes.set(number, lane);
    }
    return lane;
  }
}

/** The states that lanes may be in at some time. */
export class Expected {
  readonly #lanes: ReadonlyMap<number, readonly LaneState[]>;

  constructor(lanes: ReadonlyMap<number, readonly LaneState[]>) {
    this.#lanes = lanes;
  }

  /** What contradicts it in what was found. */
  judge(observed: Observed): string[] {
    const problems = [...observed.problems];
    for (const lane of new Set([...this.#lanes.keys(), ...observed.lanes()])) {
      const possible = this.#lanes.get(lane) ?? [new LaneState(lane)];
      const found = observed.lane(lane).text;
      if (possible.some(({ text }) => text === found)) continue;
      problems.push(`lane ${lane}: ${difference(possible, found)}`);
    }
    return problems;
  }
}

interface Lane {
  possible: readonly LaneState[];
  /** The seed of the task that was asked and not answered. */
  pending: number | undefined;
}

/** What a state may have become where the step would lead to `after` and its caller heard this. */
function continuations(after: LaneState | string, before: LaneState, outcome: string): LaneState[] {
  if (outcome === "ok") return typeof after === "string" ? [] : [after];
  if (refusals.has(outcome)) return after === outcome ? [before] : [];
  if (outcome !== "OUTCOME_UNKNOWN" || typeof after === "string") return [before];
  return [before, after];
}

function distinct(states: readonly LaneState[]): readonly LaneState[] {
  if (states.length < 2) return states;
  return [...new Map(states.map((state) => [state.text, state])).values()];
}

/** Where the text that was found first leaves the nearest of those that may be. */
function difference(possible: readonly LaneState[], found: string): string {
  const common = possible.map(({ text }) => {
    let at = 0;
    while (at < text.length && text[at] === found[at]) at++;
    return at;
  });
  const at = Math.max(...common);
  const expected = possible[common.indexOf(at)].text;
  const from = Math.max(0, at - 60);
  const [a, b] = [expected, found].map((text) => text.slice(from, at + 60));
  return `expected one of ${possible.length} states, the nearest …${a}…, found …${b}…`;
}
