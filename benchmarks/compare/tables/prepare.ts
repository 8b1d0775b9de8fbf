import type { Bench } from "../bench.js";
import { isOurs } from "../indexes/all.js";
import type { Section } from "../section.js";

/** Makes vectors, truth and the indexes of others that are missing, so that nothing is built while tables are made. */
export async function prepareIndexes(bench: Bench): Promise<Section[]> {
  for (const name of bench.options.data) {
    const subject = bench.subject(name);
    const entrants = [...bench.entrants(subject.data), ...bench.exactEntrants(subject.data)];
    const others = entrants.filter((entrant) => !isOurs(entrant.name));
    await bench.prepare(others, subject);
  }
  return [];
}
