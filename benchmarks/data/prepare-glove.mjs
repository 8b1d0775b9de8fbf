// Prepares the large data of the benchmarks beside this file, outside git: every word, its vector
// normalized, shuffled with a fixed seed; the first 1,000 are held out as queries.
import { writeFileSync } from "node:fs";
import { readEmbeddings, toBytes } from "./embeddings.js";

const heldOut = 1_000;
const seed = 1369;

const { words, vectorOf } = readEmbeddings();
shuffle(words, seed);
save("queries", words.slice(0, heldOut));
save("base", words.slice(heldOut));

function save(name, chosen) {
  const bytes = toBytes(chosen.map((word) => normalize(vectorOf(word))));
  writeFileSync(new URL(`glove-${name}.f32`, import.meta.url), bytes);
  writeFileSync(new URL(`glove-${name}.txt`, import.meta.url), `${chosen.join("\n")}\n`);
  console.log(`${name}: ${chosen.length} vectors, ${bytes.length} bytes`);
}

function normalize(vector) {
  const norm = Math.hypot(...vector);
  return vector.map((number) => number / norm);
}

/** Fisher and Yates, driven by the generator mulberry32. */
function shuffle(items, start) {
  let state = start;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  for (let last = items.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1));
    [items[last], items[chosen]] = [items[chosen], items[last]];
  }
}
