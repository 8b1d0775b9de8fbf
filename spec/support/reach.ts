import type { Clock } from "../../lib/engine/ports.js";
import type { Engine } from "../../lib/handles/engine.js";
import type { Store } from "../../lib/handles/store.js";
import type { Limits } from "../../lib/model/limits.js";
import type { Metadata } from "../../lib/model/metadata.js";
import type { StoreOptions } from "../../lib/model/options.js";

/** A way to reach an engine: what the contract suites are run against. */
export interface Reach {
  readonly name: string;
  /** A new, empty engine. */
  open(options?: ReachOptions): Promise<Opened>;
}

export interface ReachOptions {
  readonly limits?: Partial<Limits> | undefined;
  /** What the engine takes for the time; the system's, unless given. */
  readonly clock?: Clock | undefined;
}

export interface Opened {
  readonly engine: Engine;
  /** Closes the engine and opens what it kept; absent where nothing is kept. */
  reopen?(): Promise<Engine>;
  /** Closes everything and removes what was kept. Idempotent. */
  close(): Promise<void>;
}

/** One engine for all tests of the describe block that this is called in, and new stores in it. */
export function duringSuite(reach: Reach, options?: ReachOptions): Suite {
  let opened: Opened | undefined;
  let stores = 0;
  before(async () => {
    opened = await reach.open(options);
  });
  after(() => opened?.close());
  return {
    get engine() {
      if (opened === undefined) throw new Error("the engine is there only while tests run");
      return opened.engine;
    },
    newName: () => `store-${++stores}`,
    newStore(options) {
      return this.engine.createStore(this.newName(), options);
    },
  };
}

export interface Suite {
  readonly engine: Engine;
  /** A name that no other test uses. */
  newName(): string;
  newStore(options: StoreOptions): Promise<Store<Metadata>>;
}

/** Opens an engine for one test and closes it whatever happens. */
export async function withEngine(
  reach: Reach,
  use: (engine: Engine, opened: Opened) => Promise<void>,
  options?: ReachOptions,
): Promise<void> {
  const opened = await reach.open(options);
  try {
    await use(opened.engine, opened);
  } finally {
    await opened.close();
  }
}
