// The words nearest to a word, asked in this process and over TCP: `npm start`, `npm start -- WORD`.
import { type EmbeddedEngine, open, type Store } from "ahnlich";
import { connect } from "ahnlich/client";
import { listen } from "ahnlich/server";
import { loadWords, name, path } from "./load-words.js";
import { heading, printAnswers, say } from "./print.js";
import {
  type Answer,
  areEqual,
  ask,
  questionsAbout,
  repetitions,
  type Subject,
} from "./question.js";
import { findWord, notThere } from "./spelling.js";
import { readWords, type Word } from "./word.js";

async function main(typed: string): Promise<void> {
  const words = readWords();
  const word = findWord(words, typed);
  if (word === undefined) throw new Error(notThere(words, typed));
  say(
    `The words nearest to "${word}", among the ${words.length.toLocaleString("en")} most frequent`,
  );

  await using engine = await open(path);
  const subject = await subjectOf(await loadWords(engine), word);
  heading("In this process");
  const here = await ask(engine.store(name), subject);
  printAnswers(here);
  say(`  Cosine distances: smaller is nearer. Each time is the median of ${repetitions} calls.`);
  const there = await askOverTcp(engine, subject);
  await engine.close();
  const again = await askOnceMore(word);

  heading("All three answers");
  if (!areEqual(here, there) || !areEqual(here, again)) {
    throw new Error("They differ, which must never be: please report it.");
  }
  say("  They are equal: every id and every distance, to the last bit.");
  heading("Go on");
  say("  npm start -- piano                            another word; ./data is kept");
  say(`  npx ahnlich serve --path ${path}               serves the folder, until Ctrl-C`);
  say("  npx ahnlich info ahnlich://127.0.0.1:1369     asks that server, in another terminal");
  say("  README.md, examples/                          how to do it in your own program");
}

/** Attaches a listener to the engine, and asks the same questions as its client. */
async function askOverTcp(engine: EmbeddedEngine, subject: Subject): Promise<Answer[]> {
  await using server = await listen(engine, { port: 0 });
  await using client = await connect(server.url, { name: "words" });
  heading(`Over TCP, as a client of ${server.url}`);
  const answers = await ask(client.store(name), subject);
  printAnswers(answers);

  heading("Connected clients");
  for (const { id, name, address, connections, bytesIn, bytesOut } of await client.clients()) {
    const bytes = `${bytesIn.toLocaleString("en")} bytes in, ${bytesOut.toLocaleString("en")} out`;
    say(`  ${name} (${id}) from ${address}, connections: ${connections}, ${bytes}`);
  }
  return answers;
}

/** Opens the folder as the next start of a program would. */
async function askOnceMore(word: string): Promise<Answer[]> {
  heading(`Everything closed, ${path} opened again`);
  const start = performance.now();
  await using engine = await open(path);
  const store = engine.store<Word>(name);
  const subject = await subjectOf(store, word);
  const opened = performance.now() - start;
  say(
    `  Opened in ${opened.toFixed(0)} ms, with ${(await store.count()).toLocaleString("en")} words.`,
  );
  const answers = await ask(store, subject);
  printAnswers(answers);
  return answers;
}

async function subjectOf(store: Store<Word>, word: string): Promise<Subject> {
  const entry = await store.get(word);
  if (entry === undefined) throw new Error(`"${word}" is missing in ${path}: delete the folder.`);
  return { id: word, vector: entry.vector, questions: questionsAbout(word) };
}

main(process.argv[2] ?? "river").catch((error: Error) => {
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
});
