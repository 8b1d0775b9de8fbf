// Makes the data set of `npm start`: examples/words/words.txt and vectors.f32.
// The same bytes come out every time; run it with `npm run words` after `npm ci` in benchmarks/.
import { writeFileSync } from "node:fs";
import { readEmbeddings, toBytes } from "./embeddings.js";

const count = 10_000;
const folder = new URL("../../examples/words/", import.meta.url);

// The list holds punctuation and numbers too, which make no good questions.
const startsWithLetter = /^\p{L}/u;

const { words: all, vectorOf } = readEmbeddings();
const words = all.filter((word) => startsWithLetter.test(word)).slice(0, count);
const text = `${words.join("\n")}\n`;
const bytes = toBytes(words.map(vectorOf));
writeFileSync(new URL("words.txt", folder), text);
writeFileSync(new URL("vectors.f32", folder), bytes);
console.log(`${words.length} words, ${text.length + bytes.length} bytes`);
