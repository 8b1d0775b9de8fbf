import type { WordSet } from "../support/word-set.js";
import { get } from "./get.js";
import type { Operation } from "./operation.js";
import { ping } from "./ping.js";
import { search } from "./search.js";
import { set } from "./set.js";

export function allOperations(words: WordSet): readonly Operation[] {
  return [ping, get(words), search(words), set(words, "memory"), set(words, "durable")];
}
