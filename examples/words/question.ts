import type { Match, Store, Where } from "ahnlich";
import type { Word } from "./word.js";

export interface Question {
  readonly title: string;
  readonly where?: Where<Word>;
}

export interface Subject {
  /** The word, and its vector. */
  readonly id: string;
  readonly vector: Float32Array;
  readonly questions: readonly Question[];
}

export interface Answer {
  readonly title: string;
  readonly matches: readonly Match<Word>[];
  /** The median of `repetitions` calls. */
  readonly elapsedMs: number;
}

export const repetitions = 10;
export const limit = 7;

/** What is asked about a word: without a predicate, then with one on each field. */
export function questionsAbout(word: string): Question[] {
  const [firstLetter] = word;
  return [
    { title: "any word" },
    { title: "up to 5 letters", where: { length: { $lte: 5 } } },
    { title: `beginning with ${firstLetter}`, where: { firstLetter } },
    { title: "rank up to 1,000", where: { rank: { $lte: 1_000 } } },
  ];
}

/** Asks the store every question about the word; the word itself, which is nearest, is left out. */
export async function ask(store: Store<Word>, subject: Subject): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const { title, where } of subject.questions) {
    const times: number[] = [];
    let matches: readonly Match<Word>[] = [];
    for (let i = 0; i < repetitions; i++) {
      const start = performance.now();
      matches = await store.search(subject.vector, { limit: limit + 1, where, recall: 1 });
      times.push(performance.now() - start);
    }
    const others = matches.filter((match) => match.id !== subject.id).slice(0, limit);
    answers.push({ title, matches: others, elapsedMs: median(times) });
  }
  return answers;
}

/** Whether both give the same ids in the same order, at the same distances to the last bit. */
export function areEqual(one: readonly Answer[], other: readonly Answer[]): boolean {
  return JSON.stringify(one.map(pairs)) === JSON.stringify(other.map(pairs));
}

function pairs(answer: Answer): unknown[] {
  return answer.matches.map(({ id, distance }) => [id, distance]);
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1];
}
