import { closeSync, openSync, writeSync } from "node:fs";

/** Where a process that may die at any moment says what it asks and what it hears; out of the folder. */
export class Journal {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  /** Before anything of the task is asked. */
  asks(lane: number, seed: number): void {
    this.#say(`asks ${lane} ${seed}`);
  }

  /** "ok" or the code of an error for each step. */
  hears(lane: number, outcomes: readonly string[]): void {
    this.#say(`hears ${lane} ${outcomes.join(" ")}`);
  }

  /** What must not be: it is a finding by itself. */
  complains(sentence: string): void {
    this.#say(`complains ${sentence.replaceAll("\n", " ")}`);
  }

  /** Anything else that is to be known of the process. */
  notes(sentence: string): void {
    this.#say(`notes ${sentence.replaceAll("\n", " ")}`);
  }

  close(): void {
    closeSync(this.#file);
  }

  #say(line: string): void {
    writeSync(this.#file, `${line}\n`);
  }
}
