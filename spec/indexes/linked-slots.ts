import assert from "node:assert/strict";
import type { Graph } from "../../lib/indexes/graph.js";
import { Graphs } from "../../lib/indexes/graphs.js";
import { Slots } from "../../lib/indexes/slots.js";
import { Arenas } from "../../lib/kernels/arenas.js";
import type { KernelsKind } from "../../lib/kernels/kernels.js";
import { finished } from "../../lib/kernels/layout.js";
import { SearchJob } from "../../lib/kernels/search-job.js";
import { SearchQueue } from "../../lib/kernels/search-queue.js";
import type { Metric } from "../../lib/model/metric.js";
import { GraphReader } from "./graph-reader.js";

export interface LinkedSlotsOptions {
  readonly dimension: number;
  readonly metric: Metric;
  readonly kernels?: KernelsKind;
  readonly threads?: number;
  readonly memoryBytes?: number;
  readonly least?: number;
}

/** Slots and their graphs as an index has them, for specs that look at the links. */
export class LinkedSlots {
  readonly arenas: Arenas;
  readonly queue: SearchQueue;
  readonly slots: Slots;
  readonly graphs: Graphs;
  /** The ordinals that live, the oldest first. */
  readonly living = new Set<number>();
  #ordinal = 0;
  #sequence = 1;

  constructor(options: LinkedSlotsOptions) {
    const { dimension, metric, kernels, threads = 0, memoryBytes = 2 ** 30, least = 1 } = options;
    this.arenas = new Arenas(memoryBytes, kernels);
    this.queue = new SearchQueue({ threads, atOnceMs: 0 });
    this.slots = new Slots(this.arenas, dimension);
    this.graphs = new Graphs({
      arenas: this.arenas,
      queue: this.queue,
      slots: this.slots,
      metric,
      least,
      released: () => {},
    });
    this.slots.watch(this.graphs);
  }

  get sequence(): number {
    return this.#sequence;
  }

  add(vector: Float32Array): number {
    this.slots.add(++this.#ordinal, vector, ++this.#sequence);
    this.living.add(this.#ordinal);
    return this.#ordinal;
  }

  /** Nobody sees them any more. */
  kill(ordinals: Iterable<number>): void {
    this.#sequence++;
    for (const ordinal of ordinals) {
      this.slots.kill(ordinal, this.#sequence);
      this.living.delete(ordinal);
    }
    this.slots.reclaim(this.#sequence);
  }

  slotOf(ordinal: number): number {
    const slot = this.slots.slotOf(ordinal);
    assert(slot !== undefined);
    return slot;
  }

  /** The slots of what lives, in order. */
  get livingSlots(): number[] {
    return [...this.living].map((ordinal) => this.slotOf(ordinal)).sort((a, b) => a - b);
  }

  /** The only graph there is. */
  get graph(): Graph {
    const { plan } = this.graphs;
    assert(plan?.graphs.length === 1);
    return plan.graphs[0] as Graph;
  }

  get reader(): GraphReader {
    return new GraphReader(this.graph);
  }

  /** The ordinals that a walk finds. */
  walk(target: Float32Array, limit: number, width: number): number[] {
    const { arena, address, walks, reach } = this.graph;
    const { dimension, stride } = this.slots.sizes;
    const units = new Uint32Array(0);
    const job = new SearchJob({
      vectors: { arena, units, picked: true, rows: this.slots.size, dimension, stride },
      targets: [target],
      metric: this.graphs.metric,
      limit,
      maxDistance: Number.POSITIVE_INFINITY,
      sequence: this.#sequence,
      walk: { graph: address, walks, reach, width, slack: Number.POSITIVE_INFINITY },
    });
    while (job.advance() !== finished);
    const [{ ordinals }] = job.results();
    job.free();
    return [...ordinals];
  }

  async close(): Promise<void> {
    this.graphs.close();
    await this.queue.close();
    this.arenas.close();
  }
}
