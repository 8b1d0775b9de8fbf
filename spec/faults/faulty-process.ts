import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Breakage } from "./breakages.js";

/** What a process that is to suffer is told. */
export interface ChildOrder {
  readonly path: string;
  readonly journal: string;
  readonly seed: number;
  readonly lanes: number;
  /** Tasks of each lane; 0: until it is killed. */
  readonly tasks: number;
  readonly threads: number;
  readonly broken?: Breakage | undefined;
  /** Compact the folder again and again beside the lanes. */
  readonly compacts?: boolean | undefined;
  /** Fill the disk up to less than the reserve before the lanes begin. */
  readonly scarce?: boolean | undefined;
}

/** Node's own arguments for the child that carries out the order. */
export function childArguments(order: ChildOrder): string[] {
  return [fileURLToPath(new URL("./faulty-child.js", import.meta.url)), JSON.stringify(order)];
}

/** A process that writes to a folder and may be killed at any time. */
export class FaultyProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #ready: Promise<void>;
  #said = "";

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that what strace has started dies with it.
      detached: true,
      env: { ...process.env, NODE_V8_COVERAGE: "", ...env },
    });
    this.#ended = once(this.#child, "close").then(() => undefined);
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-2_000);
    });
    const ready = once(this.#child.stdout as NodeJS.ReadableStream, "data").then(() => undefined);
    this.#ready = Promise.race([ready, this.#ended]);
    this.#child.stdout?.resume();
  }

  static start(order: ChildOrder): FaultyProcess {
    return new FaultyProcess(process.execPath, childArguments(order));
  }

  /** When it begins to write, or has ended. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** When it has ended, by itself or not; it is killed where it takes longer. */
  async ended(patienceMs: number): Promise<Ended> {
    const timer = setTimeout(() => this.kill(), patienceMs);
    await this.#ended;
    clearTimeout(timer);
    const { exitCode, signalCode } = this.#child;
    return { code: exitCode, signal: signalCode, said: this.#said };
  }

  kill(): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null)
      process.kill(-pid, "SIGKILL");
  }
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last of its stderr. */
  readonly said: string;
}
