/** How far each slot of a graph is, and which have been linked only once. */
export class LinkStates {
  #states = new Uint8Array(1024);
  #linkedOnce = 0;
  /** None below it is `linked`. */
  #from = 0;

  /** `none` where it was never told. */
  of(slot: number): number {
    return this.#states[slot] ?? none;
  }

  set(slot: number, state: number): void {
    if (slot >= this.#states.length) this.#makeRoom(slot);
    if (this.#states[slot] === linked) this.#linkedOnce--;
    this.#states[slot] = state;
    if (state !== linked) return;
    this.#linkedOnce++;
    this.#from = Math.min(this.#from, slot);
  }

  /** How many are `linked`. */
  get linkedOnce(): number {
    return this.#linkedOnce;
  }

  /** The first that is `linked`. */
  get firstLinkedOnce(): number | undefined {
    if (this.#linkedOnce === 0) return undefined;
    this.#from = this.#states.indexOf(linked, this.#from);
    return this.#from;
  }

  #makeRoom(slot: number): void {
    const larger = new Uint8Array(2 ** Math.ceil(Math.log2(slot + 1)));
    larger.set(this.#states);
    this.#states = larger;
  }
}

export const none = 0;
export const unlinked = 1;
export const linking = 2;
/** Once. */
export const linked = 3;
/** It died after it was linked: links may lead to it. */
export const retired = 4;
export const dyingWhileLinking = 5;
/** It is linked the second time. */
export const relinking = 6;
export const dyingWhileRelinking = 7;
/** Twice. */
export const relinked = 8;
