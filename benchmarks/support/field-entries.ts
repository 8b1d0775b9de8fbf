/** An entry with five fields: two with few values, two with a value for each entry, and a list of tags. */
export interface FieldEntry {
  readonly id: string;
  readonly vector: Float32Array;
  readonly metadata: {
    readonly category: string;
    readonly status: number;
    readonly price: number;
    readonly created: Date;
    readonly tags: readonly [string, string];
  };
}

export const fieldNames: readonly (keyof FieldEntry["metadata"])[] = [
  "category",
  "status",
  "price",
  "created",
  "tags",
];

/** The same entries each time. */
export function* fieldEntries(
  count: number,
  dimension: number,
): Generator<FieldEntry, void, undefined> {
  let seed = 1;
  const below = (bound: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * bound);
  };
  for (let i = 0; i < count; i++) {
    const vector = new Float32Array(dimension).map(() => below(1_000) / 500 - 1);
    const metadata = {
      category: `c${below(100)}`,
      status: below(5),
      price: below(1_000_000) / 100,
      created: new Date(firstDay + i * 60_000),
      tags: [`t${below(100)}`, `u${below(100)}`] as const,
    };
    yield { id: `id${i}`, vector, metadata };
  }
}

/** The first of the dates; each entry is a minute later. */
export const firstDay = 1_600_000_000_000;
