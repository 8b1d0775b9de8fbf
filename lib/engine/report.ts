import type { Attachment } from "../handles/embedded-engine.js";
import type { VectorIndexes } from "../indexes/vector-index.js";
import type { ClientInfo, EngineInfo, StoreInfo } from "../model/answers.js";
import type { Persistence } from "../persistence/persistence.js";
import type { Origin } from "../rows/meta-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import type { EngineOptions } from "./engine-options.js";
import { placeBehind, positionOf } from "./position.js";
import type { Publication } from "./publication.js";
import { Slice } from "./slice.js";
import type { View } from "./view.js";

/** Tells how the engine, its stores and its clients are. */
export class Report {
  readonly #options: EngineOptions;
  readonly #persistence: Persistence;
  readonly #indexes: VectorIndexes;
  readonly #publication: Publication;
  readonly #origin: Origin;
  readonly #startedAt: number;
  readonly #attachments: ReadonlySet<Attachment>;

  constructor(parts: {
    options: EngineOptions;
    persistence: Persistence;
    indexes: VectorIndexes;
    publication: Publication;
    origin: Origin;
    startedAt: number;
    attachments: ReadonlySet<Attachment>;
  }) {
    this.#options = parts.options;
    this.#persistence = parts.persistence;
    this.#indexes = parts.indexes;
    this.#publication = parts.publication;
    this.#origin = parts.origin;
    this.#startedAt = parts.startedAt;
    this.#attachments = parts.attachments;
  }

  engine({ sequence, catalog }: View): EngineInfo {
    const { path, bytes } = this.#persistence;
    const isKept = path !== undefined;
    return {
      version: this.#options.version,
      protocol: this.#options.protocol,
      ...(isKept ? { path } : {}),
      startedAt: this.#startedAt,
      stores: catalog.size,
      entries: catalog.entries,
      threads: this.#indexes.threads,
      bytes: {
        memory: this.#indexes.bytes + (isKept ? 0 : bytes),
        disk: isKept ? bytes : 0,
      },
      limits: this.#options.limits,
      position: positionOf(this.#origin, placeBehind(0, sequence)),
    };
  }

  /** Of many, by one look at the disk. */
  async stores(view: View, stores: Iterable<StoredStore>, call: Call): Promise<StoreInfo[]> {
    const slice = new Slice(call);
    const diskBytes = this.#diskBytes;
    const infos: StoreInfo[] = [];
    for (const store of stores) {
      infos.push(this.store(view, store, diskBytes));
      if (slice.isOver) await slice.next();
    }
    return infos;
  }

  store({ catalog }: View, store: StoredStore, diskBytes: number = this.#diskBytes): StoreInfo {
    const { name, incarnation, dimension, metric, counters } = store;
    return {
      name,
      dimension,
      metric,
      entries: counters.entries,
      bytes: {
        memory: this.#publication.vectorsOf(store).bytes,
        disk: shareOf(diskBytes, store, catalog.vectorBytes),
      },
      position: positionOf(this.#origin, placeBehind(incarnation, counters.position)),
    };
  }

  /** Everyone connected, the longest there first. */
  clients(): ClientInfo[] {
    const clients = [...this.#attachments].flatMap((attachment) => attachment.clients());
    return clients.sort((a, b) => a.since - b.since);
  }

  get #diskBytes(): number {
    return this.#persistence.path === undefined ? 0 : this.#persistence.bytes;
  }
}

/** The file is shared by all stores: each is taken to hold as much of it as of the vectors. */
function shareOf(
  diskBytes: number,
  { dimension, counters }: StoredStore,
  vectorBytes: number,
): number {
  if (vectorBytes === 0) return 0;
  return Math.round(((counters.entries * dimension * 4) / vectorBytes) * diskBytes);
}
