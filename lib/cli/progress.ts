import { formatBytes, formatCount, formatDuration } from "./format.js";

/**
 * How far a long command has come, on stderr: a bar or a count that moves on a terminal, elsewhere a line now
 * and then, so that a short command writes none. Disposing takes the bar away.
 *
 * @example
 * using progress = new Progress("backing up", { unit: "bytes", total: info.bytes.disk });
 * await engine.backup(folder, { onProgress: progress.show });
 */
export class Progress implements Disposable {
  readonly #doing: string;
  readonly #unit: ProgressUnit;
  readonly #total: number | undefined;
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  readonly #begun: number;
  #shownAt: number;
  #hasBar = false;

  /** @param doing what is being done, as the beginning of a line: "verifying" */
  constructor(doing: string, options: ProgressOptions = {}) {
    const { unit = "entries", total, stream = process.stderr, now = Date.now } = options;
    this.#doing = doing;
    this.#unit = unit;
    this.#total = total;
    this.#stream = stream;
    this.#now = now;
    this.#begun = now();
    this.#shownAt = stream.isTTY === true ? 0 : this.#begun;
  }

  /** So much is done by now; cheap enough to be called after every step. */
  readonly show = (done: number): void => {
    const now = this.#now();
    const isTerminal = this.#stream.isTTY === true;
    if (now - this.#shownAt < (isTerminal ? barMs : lineMs)) return;
    this.#shownAt = now;
    const line = this.#line(done, now);
    if (isTerminal) this.#stream.write(`\r${line.slice(0, this.#width)}${toEndOfLine}`);
    else this.#stream.write(`${line}\n`);
    this.#hasBar = isTerminal;
  };

  [Symbol.dispose](): void {
    if (this.#hasBar) this.#stream.write(`\r${toEndOfLine}`);
    this.#hasBar = false;
  }

  #line(done: number, now: number): string {
    const amount = format[this.#unit];
    const elapsed = formatDuration(now - this.#begun);
    if (this.#total === undefined) return `${this.#doing}: ${amount(done)}, ${elapsed}`;
    // What grows while it is walked through may pass the total it began with.
    const share = this.#total > 0 ? Math.min(1, done / this.#total) : 1;
    const of = `${amount(done)} of ${amount(Math.max(done, this.#total))}`;
    const bar = this.#stream.isTTY === true ? `${drawBar(share)} ` : "";
    return `${this.#doing}: ${bar}${Math.floor(share * 100)} % · ${of}, ${elapsed}`;
  }

  /** One less than the terminal's: a full line would wrap. */
  get #width(): number {
    return (this.#stream.columns ?? 80) - 1;
  }
}

export type ProgressUnit = "entries" | "bytes";

export interface ProgressOptions {
  /** "entries" */
  readonly unit?: ProgressUnit | undefined;
  /** How much there is to do, where that is known: without it no share is shown. */
  readonly total?: number | undefined;
  /** stderr */
  readonly stream?: ProgressStream | undefined;
  readonly now?: (() => number) | undefined;
}

/** What is needed of a stream that may be a terminal. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

function drawBar(share: number): string {
  const full = Math.round(share * barLength);
  return `${"█".repeat(full)}${"░".repeat(barLength - full)}`;
}

const format = {
  bytes: formatBytes,
  entries: (count: number): string => `${formatCount(count)} entries`,
};

const barLength = 24;
const toEndOfLine = "\u001b[K";
const barMs = 100;
const lineMs = 10_000;
