import { type Call, checkCall } from "./call.js";

/**
 * Cuts long work on the calling thread into slices, so that the event loop is never held for longer than
 * one: `if (slice.isOver) await slice.next();` once a step. All work of a thread shares the slice of the present
 * turn, however much of it there is, and goes on in the order it came, one piece a turn.
 */
export class Slice {
  readonly #call: Call | undefined;
  #steps = 0;

  constructor(call?: Call) {
    this.#call = call;
  }

  /** Whether others should have their turn now; to be asked once a step. */
  get isOver(): boolean {
    return (this.#steps++ & (stepsPerLook - 1)) === 0 && performance.now() >= endOfTurn();
  }

  /** The next slice begins. @throws the call's reason when it was given up */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(beginTurn);
    });
    if (this.#call) checkCall(this.#call);
  }
}

/** When the present turn of the event loop has had its slice, as `performance.now` tells it. */
function endOfTurn(): number {
  if (!isTurnBegun) {
    isTurnBegun = true;
    turnEnds = performance.now() + sliceMs;
    setImmediate(endTurn);
  }
  return turnEnds;
}

function endTurn(): void {
  isTurnBegun = false;
}

/** Only one goes on: immediates that are there together run in one turn. */
function beginTurn(): void {
  const resume = waiting.shift();
  if (waiting.length > 0) setImmediate(beginTurn);
  isTurnBegun = false;
  resume?.();
}

const waiting: (() => void)[] = [];
let isTurnBegun = false;
let turnEnds = 0;
const sliceMs = 3;
/** The clock is read every so many steps, a power of two; a step is some microseconds. */
const stepsPerLook = 4;
