import type { Snapshot } from "../persistence/persistence.js";
import type { Catalog } from "./catalog.js";
import { FieldColumns } from "./field-columns.js";

/** Everything as it was at one sequence. Who acquires one releases it. */
export class View {
  readonly sequence: number;
  readonly snapshot: Snapshot;
  readonly catalog: Catalog;
  /** What is known of fields that have no index; the same in all views of an engine. */
  columns: FieldColumns = new FieldColumns();
  /** Readers, and one more while it is the current view. */
  uses = 1;

  constructor(sequence: number, snapshot: Snapshot, catalog: Catalog) {
    this.sequence = sequence;
    this.snapshot = snapshot;
    this.catalog = catalog;
  }
}

/** The current view, and the older ones that somebody still reads. */
export class Views {
  #current: View;
  /** In the order of their sequences; the current one is last. */
  readonly #open: View[];
  /** In the order they came. */
  #waiting: { sequence: number; action: () => void }[] = [];
  #isClosed = false;

  constructor(first: View) {
    this.#current = first;
    this.#open = [first];
  }

  /** What reads may see now. */
  get current(): View {
    return this.#current;
  }

  /** No reader sees anything older than this sequence. */
  get oldest(): number {
    return (this.#open[0] as View).sequence;
  }

  acquire(): View {
    this.#current.uses++;
    return this.#current;
  }

  /** One more reads a view that somebody holds. */
  share(view: View): View {
    view.uses++;
    return view;
  }

  release(view: View): void {
    if (--view.uses > 0 || this.#isClosed) return;
    view.snapshot.release();
    const wasOldest = this.#open[0] === view;
    this.#open.splice(this.#open.indexOf(view), 1);
    if (wasOldest) this.#settle();
  }

  publish(next: View): void {
    const last = this.#current;
    this.#current = next;
    next.columns = last.columns;
    this.#open.push(next);
    this.release(last);
  }

  /** Runs the action once nobody reads what was before `sequence`. */
  whenForgotten(sequence: number, action: () => void): void {
    if (sequence <= this.oldest) action();
    else this.#waiting.push({ sequence, action });
  }

  /** Ends all views with the persistence that they read, which tells their readers that it is closed. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
  }

  #settle(): void {
    const { oldest } = this;
    const due = this.#waiting.filter(({ sequence }) => sequence <= oldest);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter(({ sequence }) => sequence > oldest);
    for (const { action } of due) action();
  }
}
