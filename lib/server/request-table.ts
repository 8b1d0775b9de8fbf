import type { LateCallOptions } from "../handles/late-call-options.js";

/** What is in flight, by request id. Clients use few and small ids: those have places in an array. */
export class RequestTable {
  readonly #small: (LateCallOptions | undefined)[] = [];
  readonly #others = new Map<number, LateCallOptions>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: number): LateCallOptions | undefined {
    return id < smallMax ? this.#small[id] : this.#others.get(id);
  }

  /** The id must be free. */
  set(id: number, request: LateCallOptions): void {
    this.#size += 1;
    if (id >= smallMax) {
      this.#others.set(id, request);
      return;
    }
    // Without holes, so that a look into it stays one look.
    while (this.#small.length <= id) this.#small.push(undefined);
    this.#small[id] = request;
  }

  /** The id must be taken. */
  delete(id: number): void {
    this.#size -= 1;
    if (id < smallMax) this.#small[id] = undefined;
    else this.#others.delete(id);
  }

  /** All of them, in no order; the table is empty from now on. */
  drain(): LateCallOptions[] {
    const requests = this.#small.filter((request) => request !== undefined);
    requests.push(...this.#others.values());
    this.#small.length = 0;
    this.#others.clear();
    this.#size = 0;
    return requests;
  }
}

const smallMax = 1_024;
