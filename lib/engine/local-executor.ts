import { inject, injectable } from "tsyringe";
import type { Attachment } from "../handles/embedded-engine.js";
import type { Executor } from "../handles/executor.js";
import { VectorIndexes } from "../indexes/vector-index.js";
import type { Verification } from "../model/answers.js";
import { checkQuery } from "../model/check-query.js";
import { AhnlichError, closedError, toAhnlichError } from "../model/errors.js";
import type { CallOptions } from "../model/options.js";
import type { Query } from "../model/query.js";
import { Persistence } from "../persistence/persistence.js";
import { type Call, underCall, unlessGivenUp } from "./call.js";
import { CheckpointRules } from "./checkpoint-rules.js";
import { Checkpointer } from "./checkpointer.js";
import { CommandLog } from "./command-log.js";
import { Compactor } from "./compactor.js";
import { EngineOptions } from "./engine-options.js";
import { Eraser } from "./eraser.js";
import { Forgetting } from "./forgetting.js";
import { carryOut, type Handlers } from "./handler-table.js";
import { makeHandlers } from "./handlers.js";
import { IndexKeeper } from "./index-keeper.js";
import { Clock, Logger, Random } from "./ports.js";
import { Publication } from "./publication.js";
import { Recovery } from "./recovery.js";
import { Report } from "./report.js";
import { stayAlive } from "./stay-alive.js";
import { Sweeper } from "./sweeper.js";
import { TrustedCheckpoints } from "./trusted-checkpoints.js";
import { Unloader } from "./unloader.js";
import { verify } from "./verify.js";
import { Writer } from "./writer.js";

/** The engine in this process: checks each query, carries it out, and closes in order. */
@injectable()
export class LocalExecutor implements Executor {
  readonly closed: Promise<Error | undefined>;
  readonly #options: EngineOptions;
  readonly #persistence: Persistence;
  readonly #indexes: VectorIndexes;
  readonly #publication: Publication;
  readonly #writer: Writer;
  readonly #eraser: Eraser;
  readonly #sweeper: Sweeper;
  readonly #unloader: Unloader;
  readonly #checkpointer: Checkpointer;
  readonly #forgetting: Forgetting;
  readonly #compactor: Compactor;
  readonly #indexKeeper: IndexKeeper;
  readonly #handlers: Handlers;
  readonly #attachments: Set<Attachment> = new Set();
  #inFlight = 0;
  #whenIdle: () => void = () => {};
  #closing: Promise<void> | undefined;
  #setClosed: (reason: Error | undefined) => void = () => {};

  constructor(
    @inject(EngineOptions) options: EngineOptions,
    @inject(Persistence) persistence: Persistence,
    @inject(VectorIndexes) indexes: VectorIndexes,
    @inject(Publication) publication: Publication,
    @inject(Recovery) recovery: Recovery,
    @inject(Clock) clock: Clock,
    @inject(Random) random: Random,
    @inject(Logger) log: Logger,
    @inject(CommandLog) commands: CommandLog,
    @inject(TrustedCheckpoints) checkpoints: TrustedCheckpoints,
    @inject(CheckpointRules) rules: CheckpointRules,
  ) {
    this.#options = options;
    this.#persistence = persistence;
    this.#indexes = indexes;
    this.#publication = publication;
    const { limits, readOnly } = options;
    const refusal = readOnly ? openToRead(persistence) : undefined;
    const { origin, state } = recovery;
    this.#writer = new Writer({
      ...{ persistence, publisher: publication, clock, log: commands, limits, state, refusal },
    });
    this.#eraser = new Eraser(this.#writer, log);
    this.#forgetting = new Forgetting({
      writer: this.#writer,
      views: publication.views,
      clock,
      log,
    });
    this.#indexKeeper = new IndexKeeper({ writer: this.#writer, publication, log });
    const startedAt = clock.now();
    const attachments = this.#attachments;
    const report = new Report({
      ...{ options, persistence, indexes, publication, origin, startedAt, attachments },
    });
    this.#handlers = makeHandlers({
      ...{ persistence, publication, writer: this.#writer, report, indexes: this.#indexKeeper },
      ...{ clock, random, origin, limits },
    });
    this.closed = new Promise((resolve) => {
      this.#setClosed = resolve;
    });
    this.#sweeper = new Sweeper({
      ...{ writer: this.#writer, views: publication.views, clock, log },
    });
    this.#unloader = new Unloader(publication, clock);
    this.#checkpointer = new Checkpointer({ publication, checkpoints, rules, log });
    this.#compactor = new Compactor({ persistence, publication, log });
    if (readOnly) this.#stopWork();
    publication.follow({
      published: ({ dropped, expected, touched }) => {
        this.#indexKeeper.look(touched);
        for (const { incarnation } of dropped) {
          this.#eraser.erase(incarnation);
          this.#checkpointer.drop(incarnation);
        }
        for (const [store, expiresAt] of expected) this.#sweeper.expect(store, expiresAt);
        this.#sweeper.look();
        this.#compactor.wrote();
      },
    });
    for (const { name, counters } of recovery.catalog.list()) {
      if (counters.expiring > 0) this.#sweeper.expect(name, 0);
      this.#indexKeeper.look([name]);
    }
    for (const incarnation of recovery.erasing) this.#eraser.erase(incarnation);
  }

  execute(query: Query, options?: CallOptions): Promise<unknown> {
    if (this.#closing !== undefined) {
      return Promise.reject(closedError());
    }
    const checked = checkQuery(query, this.#options.limits);
    this.#inFlight++;
    const carriedOut = underCall(options, (call) => carryOut(this.#handlers, checked, call));
    return carriedOut.then(this.#answered, this.#failed);
  }

  /** As the query `verify`, and tells how many entries were looked at. */
  verify(onProgress: (entries: number) => void, options?: CallOptions): Promise<Verification> {
    return this.run(options, (call) => verify(this.#publication, call, onProgress));
  }

  /**
   * Carries out what is no query in the place of one. Who gives it up does not wait for its end, but the engine, when
   * it is closed, does.
   */
  run<T>(options: CallOptions | undefined, work: (call: Call) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) {
      return Promise.reject(closedError());
    }
    return underCall(options, (call) => {
      this.#inFlight++;
      const done = work(call).then(this.#answered, this.#failed) as Promise<T>;
      return unlessGivenUp(call, done);
    });
  }

  attach(attachment: Attachment): Disposable {
    if (this.#closing !== undefined) throw closedError();
    this.#attachments.add(attachment);
    return { [Symbol.dispose]: () => void this.#attachments.delete(attachment) };
  }

  close({ timeoutMs = 10_000 }: { timeoutMs?: number | undefined } = {}): Promise<void> {
    this.#closing ??= stayAlive(this.#close(timeoutMs));
    return this.#closing;
  }

  readonly #answered = (answer: unknown): unknown => {
    this.#settle();
    return answer;
  };

  readonly #failed = (thrown: unknown): never => {
    this.#settle();
    throw toAhnlichError(thrown);
  };

  #settle(): void {
    if (--this.#inFlight === 0) this.#whenIdle();
  }

  /** Clients first, then what is in flight, then what it stands on: all of it, whatever of it fails. */
  async #close(timeoutMs: number): Promise<void> {
    const ends = performance.now() + timeoutMs;
    const left = (): number => Math.max(0, ends - performance.now());
    const attached = [...this.#attachments];
    const failures: unknown[] = [];
    const step = async (close: () => Promise<void>) => {
      await close().catch((error) => void failures.push(error));
    };
    const leave = (attachment: Attachment) =>
      step(async () => attachment.close({ timeoutMs: left() }));
    await Promise.all(attached.map(leave));
    this.#stopWork();
    this.#unloader.stop();
    this.#publication.waiters.close();
    await within(left(), this.#idle());
    this.#writer.close();
    await within(left(), this.#writer.idle());
    await this.#checkpointer.close(left());
    await this.#publication.close();
    await step(() => this.#indexes.close());
    await step(() => this.#persistence.close());
    const reason = failures.length > 0 ? toAhnlichError(failures[0]) : undefined;
    this.#setClosed(reason);
    if (reason !== undefined) throw reason;
  }

  /** What it writes by itself. */
  #stopWork(): void {
    this.#eraser.stop();
    this.#sweeper.stop();
    this.#forgetting.stop();
    this.#compactor.stop();
    this.#indexKeeper.stop();
  }

  #idle(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }
}

function openToRead({ path = "the engine" }: Persistence): AhnlichError {
  const sentence = `${path} is open for reading only: no writes are taken`;
  return new AhnlichError("READ_ONLY", sentence, { details: { path } });
}

/** Settles with the promise, or when the time is over. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, over]);
  clearTimeout(timer);
}
