import type { Entry } from "../model/entry.js";
import { entryLine, headLine } from "./entry-line.js";
import type { StoreHead } from "./item.js";
import type { Output, Target } from "./target.js";

/** JSON lines: what the store is, then an entry a line; with or without their vectors. */
export class JsonlTarget implements Target {
  readonly #output: Output;
  readonly #withVectors: boolean;
  #text: string;

  constructor(output: Output, head: StoreHead, withVectors = true) {
    this.#output = output;
    this.#withVectors = withVectors;
    this.#text = `${headLine(head)}\n`;
  }

  get bytes(): number {
    return this.#output.bytes;
  }

  add(entry: Entry): void {
    this.#text += `${entryLine(entry, this.#withVectors)}\n`;
  }

  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = "";
    if (text !== "") await this.#output.write(Buffer.from(text));
  }

  async finish(): Promise<void> {
    await this.flush();
    await this.#output.finish();
  }

  async discard(): Promise<void> {
    await this.#output.discard();
  }
}
