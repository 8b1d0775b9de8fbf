import { openSync, writeSync } from "node:fs";
import type { Witness } from "./lane-runner.js";

/** Where a process that may die at any moment says what it asks and what it hears; out of the folder. */
export class Journal implements Witness {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  asks(lane: number, seed: number): void {
    this.#say(`asks ${lane} ${seed}`);
  }

  hears(lane: number, outcomes: readonly string[]): void {
    this.#say(`hears ${lane} ${outcomes.join(" ")}`);
  }

  complains(sentence: string): void {
    this.#say(`complains ${sentence.replaceAll("\n", " ")}`);
  }

  notes(sentence: string): void {
    this.#say(`notes ${sentence.replaceAll("\n", " ")}`);
  }

  #say(line: string): void {
    writeSync(this.#file, `${line}\n`);
  }
}
