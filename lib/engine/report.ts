import type { Attachment } from "../handles/embedded-engine.js";
import type { GraphState, VectorIndexes } from "../indexes/vector-index.js";
import type { ClientInfo, EngineInfo, StoreInfo } from "../model/answers.js";
import type { Persistence, Snapshot } from "../persistence/persistence.js";
import type { Origin } from "../rows/meta-rows.js";
import type { StoredStore } from "../rows/store-rows.js";
import type { Call } from "./call.js";
import type { Catalog } from "./catalog.js";
import type { EngineOptions } from "./engine-options.js";
import { countLiving } from "./expiry.js";
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

  async engine(
    { sequence, snapshot, catalog }: View,
    time: number,
    call: Call,
  ): Promise<EngineInfo> {
    const { path, bytes } = this.#persistence;
    const isKept = path !== undefined;
    return {
      version: this.#options.version,
      protocol: this.#options.protocol,
      ...(isKept ? { path } : {}),
      startedAt: this.#startedAt,
      stores: catalog.size,
      entries:
        catalog.expiring === 0 ? catalog.entries : await countAll(snapshot, catalog, time, call),
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
  async stores(
    view: View,
    stores: Iterable<StoredStore>,
    time: number,
    call: Call,
  ): Promise<StoreInfo[]> {
    const slice = new Slice(call);
    const diskBytes = this.#diskBytes;
    const infos: StoreInfo[] = [];
    for (const store of stores) {
      const entries = await countLiving(view.snapshot, store, time, slice);
      call.takeRoom?.(infoBytes);
      infos.push(this.#store(view, store, entries, diskBytes));
      if (slice.isOver) await slice.next();
    }
    return infos;
  }

  async store(view: View, store: StoredStore, time: number, call: Call): Promise<StoreInfo> {
    const entries = await countLiving(view.snapshot, store, time, new Slice(call));
    return this.#store(view, store, entries, this.#diskBytes);
  }

  #store({ catalog }: View, store: StoredStore, entries: number, diskBytes: number): StoreInfo {
    const { name, incarnation, dimension, metric, ttlMs, vectors, counters } = store;
    const held = this.#publication.vectorsOf(store);
    return {
      name,
      dimension,
      metric,
      entries,
      indexes: progressOf(store),
      graph: graphOf(held.loaded?.graph),
      bytes: {
        memory: held.bytes,
        disk: shareOf(diskBytes, store, catalog.vectorBytes),
      },
      ...(ttlMs === undefined ? {} : { ttlMs }),
      vectors,
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

function progressOf({ indexes }: StoredStore): StoreInfo["indexes"] {
  return indexes
    .filter(({ isDropped }) => !isDropped)
    .map(({ field, built, until }) => {
      return { field, progress: built >= until ? 1 : (built - 1) / (until - 1) };
    });
}

function graphOf(state: GraphState | undefined): StoreInfo["graph"] {
  const { linked = 0, recall } = state ?? {};
  return recall === undefined ? { entries: linked } : { entries: linked, recall };
}

/** How many entries of all stores live at that time. */
async function countAll(
  snapshot: Snapshot,
  catalog: Catalog,
  time: number,
  call: Call,
): Promise<number> {
  const slice = new Slice(call);
  let entries = 0;
  for (const store of catalog.list()) {
    entries += await countLiving(snapshot, store, time, slice);
    if (slice.isOver) await slice.next();
  }
  return entries;
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

/** Of an answer, for each store that it tells of. */
const infoBytes = 500;
