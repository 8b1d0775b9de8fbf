import type {
  CheckpointDraft,
  CheckpointFile,
  CheckpointHead,
  Checkpoints,
} from "../../lib/persistence/checkpoints.js";

/** Files in memory, to be looked at and damaged. */
export class MemoryCheckpoints implements Checkpoints {
  readonly files = new Map<string, Buffer>();

  async list(headBytes: number): Promise<CheckpointHead[]> {
    return [...this.files].map(([name, bytes]) => ({ name, head: bytes.subarray(0, headBytes) }));
  }

  async open(name: string): Promise<CheckpointFile | undefined> {
    const bytes = this.files.get(name);
    if (bytes === undefined) return undefined;
    return {
      bytes: bytes.length,
      read: async (into, position) => readFrom(bytes, into, position),
      readNow: (into, position) => readFrom(bytes, into, position),
      close: async () => {},
    };
  }

  async create(name: string, bytes: number): Promise<CheckpointDraft> {
    const draft = Buffer.alloc(bytes);
    return {
      write: async (some, position) => void draft.set(some, position),
      finish: async () => void this.files.set(name, draft),
      discard: async () => {},
    };
  }

  async remove(name: string): Promise<void> {
    this.files.delete(name);
  }
}

function readFrom(bytes: Buffer, into: Uint8Array, position: number): void {
  if (position + into.length > bytes.length) throw new Error("it ends early");
  into.set(bytes.subarray(position, position + into.length));
}
