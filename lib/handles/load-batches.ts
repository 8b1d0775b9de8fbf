import type { Patience } from "./patience.js";

export interface Batch {
  readonly entries: unknown[];
  /** Stand for the ids of the entries: equal ids have equal keys, though not the other way round. */
  readonly keys: ReadonlySet<string | number>;
}

/**
 * Cuts entries into batches of at most `count`, and of some 4 MiB so that no batch of long vectors
 * crosses a limit or holds up the writes of others. Leaves the iterator where it is left itself.
 */
export async function* makeBatches(
  iterator: AsyncIterator<unknown> | Iterator<unknown>,
  count: number,
  patience: Patience,
): AsyncGenerator<Batch, void, undefined> {
  let ended = false;
  try {
    while (!ended) {
      const entries: unknown[] = [];
      const keys = new Set<string | number>();
      let bytes = 0;
      while (entries.length < count && bytes < bytesTarget) {
        patience.check();
        const step = iterator.next();
        const { done, value } = isPromise(step) ? await patience.race(step) : step;
        ended = done === true;
        if (ended) break;
        entries.push(value);
        keys.add(keyOf(value));
        bytes += roughBytes(value, depthMax);
      }
      if (entries.length > 0) yield { entries, keys };
    }
  } finally {
    // Not awaited: where a step hangs, its iterator's return would hang as well.
    if (!ended) leave(iterator);
  }
}

function leave(iterator: AsyncIterator<unknown> | Iterator<unknown>): void {
  try {
    Promise.resolve(iterator.return?.()).catch(() => {});
  } catch {
    // The failure that made us leave is the one to tell.
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null)?.then === "function";
}

/** The id, or a hash of the vector (FNV-1a over its float32 numbers) that the id will come from. */
function keyOf(entry: unknown): string | number {
  const { id, vector } = Object(entry) as { id?: unknown; vector?: unknown };
  if (typeof id === "string") return id;
  if (!Array.isArray(vector) && !(vector instanceof Float32Array)) return 0;
  let hash = 0x811c9dc5;
  for (const element of vector) {
    single[0] = element + 0; // -0 and +0 give one id
    hash = Math.imul(hash ^ bits[0], 0x01000193);
  }
  return hash;
}

/** What a value takes when encoded, roughly; deep values are refused elsewhere. */
function roughBytes(value: unknown, depth: number): number {
  if (typeof value === "string") return value.length + 1;
  if (typeof value !== "object" || value === null || depth === 0) return 9;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let bytes = 8;
  if (Array.isArray(value)) {
    if (typeof value[0] === "number") return 5 * value.length;
    for (const element of value) bytes += roughBytes(element, depth - 1);
    return bytes;
  }
  for (const name in value) {
    bytes += name.length + roughBytes((value as Record<string, unknown>)[name], depth - 1);
  }
  return bytes;
}

const bytesTarget = 4 * 1024 * 1024;
const depthMax = 16;
const single = new Float32Array(1);
const bits = new Int32Array(single.buffer);
