import { type Child, startChild } from "../support/child.js";
import type { DataSet } from "./data-sets/data-set.js";
import { indexes } from "./indexes/all.js";
import type { Place } from "./indexes/index-contender.js";
import type { Memory } from "./memory-of.js";
import type { Runtime } from "./runtimes.js";
import type {
  Built,
  Opened,
  Question,
  Ready,
  SearchJob,
  Turn,
  Turned,
} from "./search-questions.js";

/** What is searched, and with which truth. */
export interface Subject {
  readonly data: DataSet;
  readonly truth: string;
}

/** The process of one index. */
export class Searcher implements AsyncDisposable {
  readonly name: string;
  readonly how: string;
  readonly #child: Child;

  private constructor(name: string, how: string, child: Child) {
    this.name = name;
    this.how = how;
    this.#child = child;
  }

  static async start(name: string, { data, truth }: Subject, runtime: Runtime): Promise<Searcher> {
    const { module, name: exported, package: needed } = indexes[name];
    const its = { module: module.href, name: exported, package: needed };
    const job = { ...its, data, truth } satisfies SearchJob;
    const child = startChild(searchChild, job, runtime.execPath);
    const { how } = (await child.answer()) as Ready;
    return new Searcher(name, how, child);
  }

  build(place: Place): Promise<Built> {
    return this.#ask({ task: "build", ...place });
  }

  /** Opens it and asks a first question. */
  open(place: Place): Promise<Opened> {
    return this.#ask({ task: "open", ...place });
  }

  turn(turn: Turn): Promise<Turned> {
    return this.#ask({ task: "turn", ...turn });
  }

  /** Waits until nothing is done behind the answers any more. */
  async settle(): Promise<void> {
    await this.#ask({ task: "settle" });
  }

  memory(): Promise<Memory> {
    return this.#ask({ task: "memory" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ask({ task: "close" }).catch(() => undefined);
    await this.#child[Symbol.asyncDispose]();
  }

  #ask<T>(question: Question): Promise<T> {
    return this.#child.ask(question) as Promise<T>;
  }
}

const searchChild: URL = new URL("./search-child.js", import.meta.url);
