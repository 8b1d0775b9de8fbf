import type { FileEvent } from "./recording.js";

/** What becomes of writes that were not yet synced when the power went. */
export const losses = ["all lost", "half lost", "all but one lost", "torn", "none lost"] as const;
export type Loss = (typeof losses)[number];

/** A disk on which a recording is replayed, event by event, and that can lose its power after each. */
export class ReplayedDisk {
  #durable: Buffer = Buffer.alloc(0);
  #pending: Pending[] = [];
  readonly #heedsSyncs: boolean;

  /** @param heedsSyncs false for a disk that says it has synced and has not */
  constructor(heedsSyncs: boolean) {
    this.#heedsSyncs = heedsSyncs;
  }

  /** How many writes could still be lost. */
  get pending(): number {
    return this.#pending.length;
  }

  take(event: FileEvent): void {
    switch (event.kind) {
      case "sync":
        if (!this.#heedsSyncs) return;
        for (const pending of this.#pending) this.#durable = applied(this.#durable, pending);
        this.#pending = [];
        return;
      case "truncate":
        this.#pending.push({ size: event.size });
        return;
      case "write":
        this.#pending.push({ at: event.at, bytes: event.bytes, synced: event.synced });
        return;
    }
  }

  /**
   * The latest write has returned. Through a descriptor that writes through, it is on disk now, though writes
   * before it may not be.
   */
  settle(): void {
    const last = this.#pending.at(-1);
    if (!this.#heedsSyncs || last === undefined || !("bytes" in last) || !last.synced) return;
    this.#pending.pop();
    // Where an earlier write to the same place is still pending it would come later; LMDB never has such.
    this.#durable = applied(this.#durable, last);
  }

  /** The file as the power loss leaves it. */
  image(loss: Loss, random: () => number): Buffer {
    let image: Buffer = Buffer.from(this.#durable);
    const kept = Math.floor(random() * this.#pending.length);
    for (const [i, pending] of this.#pending.entries()) {
      if (loss === "all lost") break;
      if (loss === "half lost" && random() < 0.5) continue;
      if (loss === "all but one lost" && i !== kept) continue;
      if (loss === "torn" && "bytes" in pending) image = torn(image, pending, random);
      else image = applied(image, pending);
    }
    return image;
  }
}

type Pending =
  | { readonly size: number }
  | { readonly at: number; readonly bytes: Buffer; readonly synced: boolean };

function applied(image: Buffer, change: Pending): Buffer {
  if ("size" in change) return sized(image, change.size);
  const grown = change.at + change.bytes.length > image.length;
  const whole = grown ? sized(image, change.at + change.bytes.length) : image;
  change.bytes.copy(whole, change.at);
  return whole;
}

/** Each sector of the write is there or not. */
function torn(
  image: Buffer,
  { at, bytes }: { at: number; bytes: Buffer },
  random: () => number,
): Buffer {
  let whole = image;
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + sectorBytes - ((at + from) % sectorBytes));
    if (random() < 0.5) {
      whole = applied(whole, { at: at + from, bytes: bytes.subarray(from, to), synced: false });
    }
    from = to;
  }
  return whole;
}

/** With room to grow, since most events are writes at the end. */
function sized(image: Buffer, size: number): Buffer {
  if (size <= image.length) return image.subarray(0, size);
  const whole = Buffer.alloc(size);
  image.copy(whole);
  return whole;
}

const sectorBytes = 512;
