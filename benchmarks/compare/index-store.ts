import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../support/places.js";
import { isOurs } from "./indexes/all.js";
import type { Place } from "./indexes/index-contender.js";
import type { Runtime } from "./runtimes.js";
import type { Built } from "./search-questions.js";
import { Searcher, type Subject } from "./searcher.js";

/**
 * Indexes that are built already. Those of others are kept from run to run, by their version; ours is built anew in
 * each, since it is what changes.
 */
export class IndexStore {
  readonly #own: string;
  readonly #built = new Map<string, Built>();

  constructor(scratch: string) {
    this.#own = scratch;
  }

  /** The folder of that index, which is built where it is missing. */
  async folder(name: string, subject: Subject, place: Omit<Place, "folder">, runtime: Runtime) {
    const file = `${subject.data.name}-${place.kind}-${name}-${runtime.version}`;
    const kept = join(fileURLToPath(cacheFolder), "indexes");
    const folder = join(isOurs(name) ? this.#own : kept, file.replaceAll(/[^\w.-]+/g, "-"));
    const mark = join(folder, markName);
    if (existsSync(mark)) {
      this.#built.set(folder, JSON.parse(readFileSync(mark, "utf8")) as Built);
      return folder;
    }
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await using searcher = await Searcher.start(name, subject, runtime);
    const built = await searcher.build({ folder, ...place });
    writeFileSync(mark, JSON.stringify(built));
    this.#built.set(folder, built);
    return folder;
  }

  /** How it was when it was built, maybe in a busy hour. */
  builtOf(folder: string): Built | undefined {
    return this.#built.get(folder);
  }
}

const markName = "built.json";
