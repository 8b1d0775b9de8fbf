import type { Executor } from "../../lib/handles/executor.js";
import type { CallOptions } from "../../lib/model/options.js";
import type { Query } from "../../lib/model/query.js";

export interface Recorded {
  readonly query: Query;
  readonly options: CallOptions | undefined;
}

/** Keeps what it is asked and answers with what `answer` makes of it. */
export class RecordingExecutor implements Executor {
  readonly calls: Recorded[] = [];
  readonly closes: ({ timeoutMs?: number | undefined } | undefined)[] = [];
  readonly closed: Promise<Error | undefined> = new Promise(() => {});
  readonly #answer: (query: Query, call: number) => unknown;

  constructor(answer: (query: Query, call: number) => unknown = () => null) {
    this.#answer = answer;
  }

  execute(query: Query, options?: CallOptions): Promise<unknown> {
    this.calls.push({ query, options });
    const number = this.calls.length;
    return new Promise((resolve) => resolve(this.#answer(query, number)));
  }

  close(options?: { timeoutMs?: number | undefined }): Promise<void> {
    this.closes.push(options);
    return Promise.resolve();
  }

  get queries(): Query[] {
    return this.calls.map((call) => call.query);
  }
}
