import type { Graph } from "../../lib/indexes/graph.js";
import * as layout from "../../lib/kernels/layout.js";
import type { Metric } from "../../lib/model/metric.js";
import { naiveLevelOf } from "../kernels/naive-graph.js";

/** Reads what the kernels wrote of a graph out of its memory. */
export class GraphReader {
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  get entry(): number {
    return this.#word(this.#graph.address + layout.graphEntry);
  }

  get top(): number {
    return this.#word(this.#graph.address + layout.graphTop) | 0;
  }

  /** All words of the list of a slot on one of its levels. */
  words(slot: number, level: number): number[] {
    const block = Math.floor(slot / 64);
    const table = level === 0 ? layout.graphLinks : layout.graphUppers;
    let at = this.#word(this.#word(this.#graph.address + table) + block * 4);
    if (level === 0) at += (slot % 64) * layout.linksBytes;
    else at += (level === 1 ? (slot % 64) >> 4 : level + 2) * layout.upperLinksBytes;
    const room = level === 0 ? layout.linksMax : layout.upperLinksMax;
    return Array.from({ length: room }, (_, i) => this.#word(at + i * 4));
  }

  /** The links of a slot: what its list has but the slot itself. */
  list(slot: number, level: number): number[] {
    return this.words(slot, level).filter((one) => one !== slot);
  }

  /** All that can be come to from the entry, on the lowest level. */
  reachable(): Set<number> {
    const reached = new Set(this.top < 0 ? [] : [this.entry]);
    for (const slot of reached) for (const one of this.list(slot, 0)) reached.add(one);
    return reached;
  }

  /** All lists of these slots, as text to be compared. */
  picture(slots: Iterable<number>): string[] {
    return Array.from(slots, (slot) => {
      const levels = Array.from({ length: naiveLevelOf(slot) + 1 }, (_, level) =>
        this.list(slot, level).join(" "),
      );
      return `${slot}: ${levels.join(" | ")}`;
    });
  }

  /** The key of two records, computed as the kernels do: whole sums, then float32 at each step. */
  keyOf(metric: Metric, a: number, b: number): number {
    const { arena } = this.#graph;
    const [x, y] = [this.#record(a), this.#record(b)];
    const end = this.#word(this.#graph.address + layout.graphRecordStride);
    const codes = new Int8Array(arena.memory.buffer);
    let sum = 0;
    for (let i = layout.recordCode; i < end; i++) sum += (codes[x + i] ?? 0) * (codes[y + i] ?? 0);
    const float = (record: number, field: number): number =>
      Math.abs(arena.floats[(record + field) >>> 2] as number);
    const f = Math.fround;
    const scales = f(float(x, layout.recordScale) * float(y, layout.recordScale));
    const cosine = f(f(sum) * scales);
    if (metric === "cosine") return -cosine;
    const [n, m] = [float(x, layout.recordNorm), float(y, layout.recordNorm)];
    const lengths = f(n * m);
    if (metric === "dot") return -f(lengths * cosine);
    const apart = f(n - m);
    return f(f(apart * apart) + f(f(lengths + lengths) * f(1 - cosine)));
  }

  #record(slot: number): number {
    const table = this.#word(this.#graph.address + layout.graphRecords);
    const first = this.#word(table + Math.floor(slot / 64) * 4);
    return first + (slot % 64) * this.#word(this.#graph.address + layout.graphRecordStride);
  }

  #word(at: number): number {
    return this.#graph.arena.words[at >>> 2] as number;
  }
}
