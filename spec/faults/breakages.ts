import { setTimeout } from "node:timers/promises";
import type { Persistence, Snapshot } from "../../lib/persistence/persistence.js";
import { type Row, type TableName, tableNames } from "../../lib/persistence/table.js";
import { WriteBatch } from "../../lib/persistence/write-batch.js";
import { checksum } from "../../lib/rows/checksum.js";

/** Persistence, or what stands before it, that is broken on purpose, in ways that a suite must notice. */
export type Breakage = keyof typeof makers;

export function makeBroken(breakage: Breakage, real: Persistence): Persistence {
  return makers[breakage](real);
}

export function isBreakage(name: string | undefined): name is Breakage {
  return name !== undefined && Object.hasOwn(makers, name);
}

const makers = {
  /** Acknowledges a commit before it is done. */
  hasty: (real: Persistence) => {
    let last: Promise<unknown> | undefined;
    return overriding(real, {
      commit: async (batch) => {
        const isFirst = last === undefined;
        last = Promise.resolve(last)
          .then(() => setTimeout(isFirst ? 0 : 20))
          .then(() => real.commit(batch));
        // The first one makes the folder, which is read at once.
        if (isFirst) await last;
      },
      close: async () => {
        await last;
        await real.close();
      },
    });
  },
  /** Writes a batch in two transactions. */
  tearing: (real: Persistence) =>
    overriding(real, {
      commit: async (batch) => {
        const half = Math.ceil(batch.operations / 2);
        for (const part of WriteBatch.parts(batch.bytes, half)) {
          await real.commit(batchOf(part));
          await setTimeout(3);
        }
      },
    }),
  /** Stands behind a login that answers strangers at once; the suite of logins sees to that. */
  hurried: (real: Persistence) => real,
  /** Stands behind a login that says what was wrong; the suite of logins sees to that, too. */
  telling: (real: Persistence) => real,
  /** Stands on a disk that says it has synced and has not; who replays the disk sees to that. */
  unsynced: (real: Persistence) => real,
  /** Takes a commit that failed for one that did not. */
  swallowing: (real: Persistence) =>
    overriding(real, { commit: (batch) => real.commit(batch).catch(() => undefined) }),
  /** Never says that a commit failed. */
  hanging: (real: Persistence) =>
    overriding(real, { commit: (batch) => real.commit(batch).catch(() => new Promise(() => {})) }),
  /** Throws what it was thrown. */
  careless: (real: Persistence) =>
    overriding(real, {
      commit: (batch) =>
        real.commit(batch).catch((error) => {
          throw new TypeError(`something failed: ${String(error)}`);
        }),
    }),
  /** Writes as long as there is any room. */
  boundless: (real: Persistence) => overriding(real, { checkRoom: () => {} }),
  /** Believes every row, whatever its checksum. */
  credulous: (real: Persistence) => overriding(real, { snapshot: () => believed(real.snapshot()) }),
  /** Keeps a state of the rows for ever, now and then. */
  hoarding: (real: Persistence) => {
    let taken = 0;
    const snapshot = () => {
      if (taken++ % 25 === 0) real.snapshot();
      return real.snapshot();
    };
    return overriding(real, { snapshot });
  },
  /** Keeps half a mebibyte of memory for every commit. */
  retaining: (real: Persistence) => {
    const all: Uint8Array[] = [];
    return overriding(real, {
      commit: (batch) => {
        all.push(new Uint8Array(512 * 1024).fill(1));
        return real.commit(batch);
      },
    });
  },
};

/** As the real one, but for what is given. */
function overriding(real: Persistence, own: Partial<Persistence>): Persistence {
  return new Proxy(real, {
    get: (_, name) => {
      const source = name in own ? own : real;
      const value: unknown = Reflect.get(source, name, source);
      return typeof value === "function" ? value.bind(source) : value;
    },
  });
}

function batchOf(bytes: Uint8Array): WriteBatch {
  const batch = new WriteBatch();
  WriteBatch.forEach(bytes, (table, key, value) => {
    if (value === undefined) batch.delete(table, key);
    else batch.put(table, key, value);
  });
  return batch;
}

/** Every row with the checksum that it should have. */
function believed(real: Snapshot): Snapshot {
  return {
    get: (table, key) => {
      const value = real.get(table, key);
      return value && summed(table, key, value);
    },
    *range(table, from, to, isReversed): Generator<Row> {
      for (const { key, value } of real.range(table, from, to, isReversed)) {
        yield { key, value: summed(table, key, value) };
      }
    },
    release: () => real.release(),
  };
}

function summed(table: TableName, key: Uint8Array, value: Uint8Array): Uint8Array {
  if (value.length < 5) return value;
  const row = Buffer.from(value);
  const begun = checksum(key, tableNames.indexOf(table) * 256 + row[0]);
  row.writeUInt32LE(checksum(row, begun, 5), 1);
  return row;
}
