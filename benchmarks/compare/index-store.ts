import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../support/places.js";
import { indexes, isOurs } from "./indexes/all.js";
import type { Kind } from "./indexes/index-contender.js";
import type { Runtime } from "./runtimes.js";
import type { Built } from "./search-questions.js";
import { Searcher, type Subject } from "./searcher.js";

/**
 * Indexes that are built already. Those of others are kept from run to run, by their version; ours is built anew in
 * each, since it is what changes.
 */
export class IndexStore {
  readonly #own: string;
  /** Of each folder that was asked for, so that nothing is built twice at once. */
  readonly #made = new Map<string, Promise<Built>>();
  readonly #built = new Map<string, Built>();

  constructor(scratch: string) {
    this.#own = scratch;
  }

  /** The folder of that index, which is built where it is missing; that of one that keeps nothing is empty. */
  async folder(
    key: string,
    name: string,
    subject: Subject,
    kind: Kind,
    runtime: Runtime,
  ): Promise<string> {
    const file = `${subject.data.name}-${kind}-${key}-${runtime.version}`;
    const kept = join(fileURLToPath(cacheFolder), "indexes");
    const folder = join(isOurs(name) ? this.#own : kept, file.replaceAll(/[^\w.-]+/g, "-"));
    if (indexes[name].isKept === false) return folder;
    const making = this.#made.get(folder) ?? this.#make(folder, name, subject, kind, runtime);
    this.#made.set(folder, making);
    this.#built.set(folder, await making);
    return folder;
  }

  async #make(
    folder: string,
    name: string,
    subject: Subject,
    kind: Kind,
    runtime: Runtime,
  ): Promise<Built> {
    const mark = join(folder, markName);
    if (existsSync(mark)) return JSON.parse(readFileSync(mark, "utf8")) as Built;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await using searcher = await Searcher.start(name, subject, runtime);
    const built = await searcher.build({ folder, kind, threads: 1 });
    writeFileSync(mark, JSON.stringify(built));
    return built;
  }

  /** How it was when it was built, maybe in a busy hour. */
  builtOf(folder: string): Built | undefined {
    return this.#built.get(folder);
  }
}

const markName = "built.json";
