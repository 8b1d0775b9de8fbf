import { spawnSync } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";

/** What a process did to its file and to its journal, in order. */
export type FileEvent =
  /** `synced` where the descriptor writes through, so that it is on disk when the call returns. */
  | {
      readonly kind: "write";
      readonly at: number;
      readonly bytes: Buffer;
      readonly synced: boolean;
    }
  | { readonly kind: "truncate"; readonly size: number }
  /** All that was written before it began is on disk. */
  | { readonly kind: "sync" }
  | { readonly kind: "journal"; readonly text: string };

/** Whether there is a strace that may trace here. */
export function hasStrace(): boolean {
  const { status } = spawnSync("strace", ["-f", "-o", "/dev/null", process.execPath, "--version"]);
  return status === 0;
}

export const straceMissing = "it needs strace, and a system that lets it trace";

/** Arguments of strace that record what is done to the two files, before the command that does it. */
export function recorderArguments(log: string, file: string, journal: string): string[] {
  const calls =
    "openat,lseek,write,writev,pwrite64,pwritev,pwritev2,ftruncate,fallocate,fsync,fdatasync,msync,mmap";
  const paths = ["-P", file, "-P", journal];
  return ["-f", "-y", "-xx", "-s", "100000000", "-e", `trace=${calls}`, ...paths, "-o", log];
}

/** Reads what strace has recorded. @throws where it says what we do not understand */
export async function readRecording(
  log: string,
  file: string,
  journal: string,
): Promise<FileEvent[]> {
  if (!existsSync(log)) throw new Error("strace has left no recording");
  const reader = new RecordingReader(file, journal);
  for await (const line of createInterface({ input: createReadStream(log, "latin1") })) {
    reader.read(line);
  }
  return reader.events;
}

/**
 * Lines as `4211  pwrite64(19</path>, "\x00\x01", 2, 4096) = 2`. A call that another thread's calls interrupt stands
 * in two lines; it counts where it began if it writes, and where it ended if it syncs.
 */
class RecordingReader {
  readonly events: FileEvent[] = [];
  readonly #file: string;
  readonly #journal: string;
  readonly #begun = new Map<string, string>();
  /** Descriptors that write through. */
  readonly #through = new Set<number>();
  readonly #offsets = new Map<number, number>();

  constructor(file: string, journal: string) {
    this.#file = file;
    this.#journal = journal;
  }

  read(line: string): void {
    const [, thread, rest] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (thread === undefined || rest.startsWith("+++") || rest.startsWith("---")) return;
    if (rest.endsWith("<unfinished ...>")) {
      this.#begun.set(thread, rest.slice(0, -"<unfinished ...>".length).trimEnd());
      return;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const call = resumed ? `${this.#begun.get(thread) ?? ""}${resumed[1]}` : rest;
    this.#begun.delete(thread);
    this.#take(call);
  }

  #take(call: string): void {
    const parsed = /^(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+|\?)/.exec(call);
    if (parsed === null) throw new Error(`a line of strace cannot be read: ${call.slice(0, 200)}`);
    const [, name, args, result] = parsed;
    if (name === "openat" || name === "mmap") {
      if (name === "openat") this.#open(args, call);
      else this.#map(args);
      return;
    }
    const descriptor = Number.parseInt(args, 10);
    const path = bytesOfHex(/<([^>]*)>/.exec(args)?.[1] ?? "").toString();
    const done = Number(result);
    if (path === this.#journal) this.#say(name, args, done);
    else if (path === this.#file) this.#change(name, descriptor, args, done);
  }

  #open(args: string, call: string): void {
    const opened = /= (\d+)</.exec(call);
    if (opened === null) return;
    const descriptor = Number(opened[1]);
    this.#offsets.set(descriptor, 0);
    if (/O_D?SYNC/.test(args)) this.#through.add(descriptor);
    else this.#through.delete(descriptor);
  }

  /** What is written through a map would not be seen here. */
  #map(args: string): void {
    if (args.includes("PROT_WRITE") && args.includes("MAP_SHARED")) {
      throw new Error("the file is mapped for writing");
    }
  }

  #say(name: string, args: string, done: number): void {
    if (name !== "write" || done < 0) return;
    this.events.push({ kind: "journal", text: stringsOf(args).subarray(0, done).toString() });
  }

  #change(name: string, descriptor: number, args: string, done: number): void {
    if (done < 0) return;
    switch (name) {
      case "lseek":
        this.#offsets.set(descriptor, done);
        return;
      case "write":
      case "writev": {
        const at = this.#offsets.get(descriptor) ?? 0;
        this.#offsets.set(descriptor, at + done);
        this.#write(descriptor, at, args, done);
        return;
      }
      case "pwrite64":
      case "pwritev":
      case "pwritev2": {
        const numbers = args.replace(/"[^"]*"/g, "").match(/\d+/g) ?? [];
        const at = Number(numbers.at(name === "pwritev2" ? -2 : -1));
        this.#write(descriptor, at, args, done);
        return;
      }
      case "ftruncate":
        this.events.push({ kind: "truncate", size: Number(/, (\d+)$/.exec(args)?.[1]) });
        return;
      case "fsync":
      case "fdatasync":
        this.events.push({ kind: "sync" });
        return;
      default:
        throw new Error(`${name} is nothing that we know to record`);
    }
  }

  #write(descriptor: number, at: number, args: string, done: number): void {
    const bytes = stringsOf(args).subarray(0, done);
    if (bytes.length !== done)
      throw new Error(`${done} bytes were written, ${bytes.length} recorded`);
    this.events.push({ kind: "write", at, bytes, synced: this.#through.has(descriptor) });
  }
}

/** The bytes of all strings among the arguments, one after the other. */
function stringsOf(args: string): Buffer {
  const strings = args.match(/"[^"]*"/g) ?? [];
  return Buffer.concat(strings.map((text) => bytesOfHex(text.slice(1, -1))));
}

/** `\x41\x42` as bytes. */
function bytesOfHex(text: string): Buffer {
  return Buffer.from(text.replaceAll("\\x", ""), "hex");
}
