import { type ChildProcess, spawn } from "node:child_process";

/** `ahnlich serve` in a process of its own. */
export class ServeProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<number | string | null>;
  stdout = "";
  stderr = "";

  private constructor(flags: readonly string[], env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, ["build/lib/cli/main.js", "serve", ...flags], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.ended = new Promise((resolve) => {
      this.#child.on("close", (code, signal) => resolve(code ?? signal));
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
  }

  /** Settles when it listens, or has ended without. On a free port, unless the flags say where. */
  static async start(
    flags: readonly string[] = [],
    env: NodeJS.ProcessEnv = { AHNLICH_PORT: "0" },
  ): Promise<ServeProcess> {
    const process = new ServeProcess(flags, env);
    const ready = new Promise<void>((resolve) => {
      process.#child.stdout?.on("data", () => {
        if (process.stdout.includes("\n")) resolve();
      });
    });
    await Promise.race([ready, process.ended]);
    return process;
  }

  /** Where it listens, as its one line says. */
  get url(): string {
    return /listens on ([^\s,]+)/.exec(this.stdout)?.[1] ?? "";
  }

  /** Settles once its log says this, or it has ended. */
  async logged(text: string): Promise<void> {
    const said = new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.stderr.includes(text)) resolve();
      };
      this.#child.stderr?.on("data", look);
      look();
    });
    await Promise.race([said, this.ended]);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it if it runs still. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}
