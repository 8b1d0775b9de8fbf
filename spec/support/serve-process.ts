import { type ChildProcess, spawn } from "node:child_process";

/** `ahnlich serve` in a process of its own. */
export class ServeProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<number | string | null>;
  stdout = "";
  stderr = "";

  private constructor(flags: readonly string[], env: NodeJS.ProcessEnv, descriptors?: number) {
    const serve = [process.execPath, "build/lib/cli/main.js", "serve", ...flags];
    const bounded = ["bash", "-c", `ulimit -n ${descriptors}; exec "$0" "$@"`, ...serve];
    const [program, ...args] = descriptors === undefined ? serve : bounded;
    this.#child = spawn(program, args, {
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

  /**
   * Settles when it listens, or has ended without. On a free port, unless the flags say where; with no more than so
   * many descriptors, where that is said.
   */
  static async start(
    flags: readonly string[] = [],
    env: NodeJS.ProcessEnv = { AHNLICH_PORT: "0" },
    descriptors?: number,
  ): Promise<ServeProcess> {
    const process = new ServeProcess(flags, env, descriptors);
    const ready = new Promise<void>((resolve) => {
      process.#child.stdout?.on("data", () => {
        if (process.stdout.includes("\n")) resolve();
      });
    });
    await Promise.race([ready, process.ended]);
    return process;
  }

  get pid(): number | undefined {
    return this.#child.pid;
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
