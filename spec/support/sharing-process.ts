import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { OpenOptions } from "../../lib/index.js";
import type { CallOptions } from "../../lib/model/options.js";
import type { Query, ResponseTo } from "../../lib/model/query.js";
import type { Refusal, SharingMessage, SharingOrder } from "./sharing-child.js";
import type { WorkReport } from "./sharing-work.js";

/** Another process with an engine, which does what it is told. */
export class SharingProcess {
  /** What its work has written for sure. */
  readonly acknowledged: string[] = [];
  readonly #child: ChildProcess;
  readonly #asked = new Map<
    number,
    { resolve(answer: unknown): void; reject(error: Error): void }
  >();
  #numbers = 0;
  #progress: (() => void)[] = [];

  constructor() {
    const url = new URL("./sharing-child.js", import.meta.url);
    this.#child = fork(url, { execArgv: [], serialization: "advanced" });
    this.#child.on("message", (message: SharingMessage) => this.#hear(message));
    this.#child.on("exit", () => {
      for (const { reject } of this.#asked.values()) reject(new Error("the process has ended"));
      this.#asked.clear();
      for (const resolve of this.#progress.splice(0)) resolve();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async open(options: OpenOptions): Promise<void> {
    await this.#tell({ open: { threads: 0, ...options } });
  }

  ask<const Q extends Query>(ask: Q, options?: CallOptions): Promise<ResponseTo<Q>> {
    const order = options === undefined ? { ask } : { ask, options };
    return this.#tell(order) as Promise<ResponseTo<Q>>;
  }

  /** Where it listens. */
  listen(): Promise<string> {
    return this.#tell("listen") as Promise<string>;
  }

  /** Writes and reads until it is stopped; its ids begin with this. */
  async work(name: string): Promise<void> {
    await this.#tell({ work: name });
  }

  /** Settles when its work has come so much farther, the process has ended, or the time is over. */
  async progress(writes: number, withinMs = 20_000): Promise<boolean> {
    const goal = this.acknowledged.length + writes;
    const ends = performance.now() + withinMs;
    while (this.acknowledged.length < goal && !this.ended && performance.now() < ends) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#progress.push(resolve);
        timer = setTimeout(resolve, ends - performance.now());
      });
      clearTimeout(timer);
    }
    return this.acknowledged.length >= goal;
  }

  stop(): Promise<WorkReport> {
    return this.#tell("stop") as Promise<WorkReport>;
  }

  async close(): Promise<void> {
    await this.#tell("close");
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Lets go of it: from now on nothing but its engine can keep it alive. */
  disconnect(): void {
    this.#child.disconnect();
  }

  /** Settles when the process has ended. */
  async exited(): Promise<void> {
    if (!this.ended) await once(this.#child, "exit");
  }

  /** Ends it by SIGKILL; idempotent. */
  async kill(): Promise<void> {
    if (this.ended) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }

  #tell(order: SharingOrder): Promise<unknown> {
    const number = ++this.#numbers;
    return new Promise((resolve, reject) => {
      this.#asked.set(number, { resolve, reject });
      this.#child.send({ number, order });
    });
  }

  #hear(message: SharingMessage): void {
    if ("acknowledged" in message) {
      this.acknowledged.push(message.acknowledged);
      for (const resolve of this.#progress.splice(0)) resolve();
      return;
    }
    const asked = this.#asked.get(message.number);
    this.#asked.delete(message.number);
    if ("refused" in message) asked?.reject(new RefusedThere(message.refused));
    else asked?.resolve(message.answer);
  }
}

/** What the other process was refused with. */
export class RefusedThere extends Error {
  readonly code: string;
  readonly details: Refusal["details"];

  constructor({ code, message, details }: Refusal) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
