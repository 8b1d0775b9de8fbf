import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { OwnerAnswer, OwnerOrder } from "./owner-child.js";

/** Another process that opens folders when it is told to. */
export class OwnerProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<OwnerProcess> {
    const child = fork(new URL("./owner-child.js", import.meta.url), { execArgv: [] });
    await once(child, "message");
    return new OwnerProcess(child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async tell(order: OwnerOrder): Promise<OwnerAnswer> {
    const answered = once(this.#child, "message");
    this.#child.send(order);
    const [answer] = await answered;
    return answer as OwnerAnswer;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it by SIGKILL; idempotent. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}
