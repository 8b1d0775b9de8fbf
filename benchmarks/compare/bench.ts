import type { DataSet } from "./data-sets/data-set.js";
import { prepareDataSet } from "./data-sets/data-set.js";
import { prepareTruth } from "./data-sets/truth.js";
import { IndexStore } from "./index-store.js";
import { indexes, isOurs } from "./indexes/all.js";
import type { Kind } from "./indexes/index-contender.js";
import type { Runtime } from "./runtimes.js";
import type { Opened } from "./search-questions.js";
import { Searcher, type Subject } from "./searcher.js";

export interface BenchOptions {
  /** Those that take part, by the names they have in tables. */
  readonly runtimes: ReadonlyMap<string, Runtime>;
  readonly scratch: string;
  /** Names of data sets. */
  readonly data: readonly string[];
  readonly rounds: number;
  /** Milliseconds of a turn. */
  readonly sliceMs: number;
  /** Milliseconds that finding the recall of one effort may take. */
  readonly surveyMs: number;
  readonly threads: number;
}

/** One that takes part in a table, maybe in several ways. */
export interface Entrant {
  /** What the table calls it. */
  readonly label: string;
  readonly name: string;
  readonly kind: Kind;
  readonly threads: number;
  readonly batch: number;
  readonly inFlight: number;
}

/** An entrant whose process runs. */
export interface Entered extends AsyncDisposable {
  readonly entrant: Entrant;
  readonly searcher: Searcher;
  readonly opened: Opened;
}

/** What all tables have in common: vectors, indexes, and who takes part. */
export class Bench {
  readonly options: BenchOptions;
  readonly store: IndexStore;
  /** How each that was started is used. */
  readonly hows: Map<string, string> = new Map();
  readonly #subjects = new Map<string, Subject>();

  constructor(options: BenchOptions) {
    this.options = options;
    this.store = new IndexStore(options.scratch);
  }

  subject(name: string): Subject {
    const known = this.#subjects.get(name);
    if (known !== undefined) return known;
    const data = prepareDataSet(name);
    const subject = { data, truth: prepareTruth(data) };
    this.#subjects.set(name, subject);
    return subject;
  }

  /** Those that take part, approximate where they can be, one question at a time. */
  entrants({ count }: DataSet): Entrant[] {
    return [...this.options.runtimes.keys()].flatMap((name) => {
      const { kinds, most = Number.POSITIVE_INFINITY } = indexes[name];
      const [kind] = kinds;
      if (kind === undefined || count > most) return [];
      return [{ label: name, name, kind, threads: 1, batch: 1, inFlight: 1 }];
    });
  }

  /** Those of them that search exactly, doing so. */
  exactEntrants(data: DataSet): Entrant[] {
    return this.entrants(data)
      .filter(({ name }) => indexes[name].kinds.includes("exact"))
      .map((entrant) => ({ ...entrant, kind: "exact" }));
  }

  /** Those that take filtered searches. */
  filteredEntrants(data: DataSet): Entrant[] {
    return this.entrants(data).flatMap((entrant) => {
      const kind = indexes[entrant.name].filtered;
      return kind === undefined ? [] : [{ ...entrant, kind }];
    });
  }

  /** The folder of the entrant's index, which is built where it is missing. */
  folderOf({ label, name, kind }: Entrant, subject: Subject): Promise<string> {
    // One folder is open once at a time; others may be read by many, or are built in no time.
    const key = isOurs(name) ? label : name;
    return this.store.folder(key, name, subject, kind, this.#runtimeOf(name));
  }

  /** Builds what is missing, some at once: nothing is timed. */
  async prepare(entrants: readonly Entrant[], subject: Subject): Promise<void> {
    const waiting = [...entrants];
    const builder = async () => {
      for (let entrant = waiting.shift(); entrant !== undefined; entrant = waiting.shift()) {
        await this.folderOf(entrant, subject);
      }
    };
    await Promise.all(Array.from({ length: this.options.threads }, builder));
  }

  /** A process of its own, with nothing open. */
  async start(name: string, subject: Subject): Promise<Searcher> {
    const searcher = await Searcher.start(name, subject, this.#runtimeOf(name));
    this.hows.set(name, searcher.how);
    return searcher;
  }

  /** A process of its own with the entrant's index open. */
  async enter(entrant: Entrant, subject: Subject): Promise<Entered> {
    const { name, kind, threads } = entrant;
    const folder = await this.folderOf(entrant, subject);
    const searcher = await this.start(name, subject);
    const opened = await searcher.open({ folder, kind, threads });
    const dispose = () => searcher[Symbol.asyncDispose]();
    return { entrant, searcher, opened, [Symbol.asyncDispose]: dispose };
  }

  /** All of them, for as long as the work lasts. */
  async together<T>(
    entrants: readonly Entrant[],
    subject: Subject,
    work: (entered: readonly Entered[]) => Promise<T>,
  ): Promise<T> {
    await this.prepare(entrants, subject);
    const entering = entrants.map((entrant) => this.enter(entrant, subject));
    try {
      return await work(await Promise.all(entering));
    } finally {
      for (const one of await Promise.allSettled(entering)) {
        if (one.status === "fulfilled") await one.value[Symbol.asyncDispose]();
      }
    }
  }

  #runtimeOf(name: string): Runtime {
    const runtime = this.options.runtimes.get(name);
    if (runtime === undefined) throw new Error(`${name} takes no part`);
    return runtime;
  }
}
