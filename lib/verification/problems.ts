import { AhnlichError } from "../model/errors.js";

/** What is wrong, each in a sentence: the first hundred, and how many there are beyond them. */
export class Problems {
  readonly #kept: string[] = [];
  #count = 0;

  /** So many were found, those among them that are not kept. */
  get count(): number {
    return this.#count;
  }

  get sentences(): string[] {
    const more = this.#count - this.#kept.length;
    return more === 0 ? [...this.#kept] : [...this.#kept, `and ${more} more, which are left out`];
  }

  add(sentence: string): void {
    if (this.#count++ < keptMax) this.#kept.push(sentence.slice(0, sentenceMax));
  }

  addAll({ sentences }: Problems): void {
    for (const sentence of sentences) this.add(sentence);
  }

  /**
   * Notes what reading has thrown; what tells where it was by itself needs no `where`.
   *
   * @throws what says that the reading was given up rather than that something is wrong
   */
  addThrown(thrown: unknown, where: string): void {
    if (thrown instanceof AhnlichError && givingUp.has(thrown.code)) throw thrown;
    const sentence = thrown instanceof Error ? thrown.message : String(thrown);
    this.add(sentence.startsWith("table ") ? sentence : `${where}: ${sentence}`);
  }
}

const keptMax = 100;
/** The longest key in hexadecimal digits would be longer. */
const sentenceMax = 400;
const givingUp: ReadonlySet<string> = new Set(["CLOSED", "ABORTED", "TIMEOUT"]);
