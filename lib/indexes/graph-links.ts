import * as layout from "../kernels/layout.js";
import { AhnlichError } from "../model/errors.js";
import type { Graphs } from "./graphs.js";
import type { RecallKeeper } from "./recall-keeper.js";
import type { Run } from "./run.js";
import type { Slots } from "./slots.js";
import type { SlotLinks, SlotSection } from "./vector-index.js";

/** The links of one graph that leads to every slot of an index; an index with several graphs keeps none. */
export class GraphLinks implements SlotLinks {
  /** The second one cuts the upper lists of blocks into as many pieces as they have slots. */
  readonly sections: readonly SlotSection[] = [
    { kind: 3, bytesPerSlot: layout.linksBytes },
    { kind: 4, bytesPerSlot: layout.upperBytes / layout.blockSlots },
  ];
  readonly #slots: Slots;
  readonly #graphs: Graphs;
  readonly #recall: RecallKeeper;

  constructor(slots: Slots, graphs: Graphs, recall: RecallKeeper) {
    this.#slots = slots;
    this.#graphs = graphs;
    this.#recall = recall;
  }

  get areWhole(): boolean {
    const { linked, whole } = this.#graphs;
    return whole !== undefined && linked * 2 >= this.#slots.size && linked > 0;
  }

  get areExpected(): boolean {
    return this.#graphs.areExpected;
  }

  get isSettled(): boolean {
    return this.#graphs.isSettled;
  }

  get changed(): number {
    return this.#graphs.changed;
  }

  get refined(): number {
    return this.#graphs.refined;
  }

  get measured(): number {
    return this.#recall.measured;
  }

  /** Whether slots were linked twice, and what was measured. */
  note(): Uint8Array {
    const measured = this.#recall.note();
    const note = new Uint8Array(1 + measured.length);
    note[0] = this.#graphs.isRefined ? linkedTwice : linkedOnce;
    note.set(measured, 1);
    return note;
  }

  expect(areThere: boolean): boolean {
    return areThere ? this.#graphs.expect() : this.#graphs.expectNone();
  }

  *adopt(nextOrdinal: number, note: Uint8Array): Generator<undefined, void, undefined> {
    yield* this.#graphs.adopt(nextOrdinal, note[0] === linkedTwice);
    this.#recall.takeNote(note.subarray(1));
  }

  forgo(): Generator<undefined, void, undefined> {
    return this.#graphs.forgo();
  }

  /** Of slots of one run, as `SlotImage.view`. */
  view(section: number, run: Run, index: number, count: number): Uint8Array {
    const lists = this.#graphs.listsOf(run);
    if (lists === undefined) throw new AhnlichError("INTERNAL", "no graph leads to these slots");
    const { bytesPerSlot } = this.sections[section] as SlotSection;
    const at = (section === 0 ? lists.links : lists.uppers) + index * bytesPerSlot;
    return run.arena.bytes.subarray(at, at + count * bytesPerSlot);
  }
}

const linkedOnce = 1;
const linkedTwice = 2;
