/**
 * Ids that were read before, by ordinal: an ordinal stands for one entry for ever, so what is known of it stays true in
 * every view. A table whose place an ordinal shares only with those some powers of two away; who comes last stays.
 */
export class KnownIds {
  readonly #most: number;
  #ordinals = new Float64Array(placesMin);
  #ids: string[] = new Array<string>(placesMin).fill("");
  #count = 0;

  /** @param most - places it has at most, a power of two */
  constructor(most: number = placesMax) {
    this.#most = most;
  }

  get(ordinal: number): string | undefined {
    const place = ordinal % this.#ids.length;
    return this.#ordinals[place] === ordinal ? this.#ids[place] : undefined;
  }

  /** @param ordinal - above 0 */
  set(ordinal: number, id: string): void {
    if (id.length > longest) return;
    if (this.#count * 2 > this.#ids.length && this.#ids.length < this.#most) this.#grow();
    this.#put(ordinal, id);
  }

  clear(): void {
    this.#ordinals = new Float64Array(placesMin);
    this.#ids = new Array<string>(placesMin).fill("");
    this.#count = 0;
  }

  #put(ordinal: number, id: string): void {
    const place = ordinal % this.#ids.length;
    if (this.#ordinals[place] === 0) this.#count++;
    this.#ordinals[place] = ordinal;
    this.#ids[place] = id;
  }

  /** Four times as many places at once: few searches meet one that moves many. */
  #grow(): void {
    const [ordinals, ids] = [this.#ordinals, this.#ids];
    const places = Math.min(this.#most, ids.length * 4);
    this.#ordinals = new Float64Array(places);
    this.#ids = new Array<string>(places).fill("");
    this.#count = 0;
    for (const [place, ordinal] of ordinals.entries()) {
      if (ordinal > 0) this.#put(ordinal, ids[place] as string);
    }
  }
}

const placesMin = 256;
/** Some 20 MiB with ids of usual length. */
const placesMax = 2 ** 18;
/** What is longer is rare, and would take more memory than it saves time. */
const longest = 64;
