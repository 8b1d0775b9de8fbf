import { mkdirSync, writeFileSync } from "node:fs";
import { packageVersion } from "../../lib/model/version.js";
import { tableText } from "../report.js";
import { describeMachine } from "../support/machine.js";
import { draftsFolder, resultsFolder } from "../support/places.js";
import { markdownTable } from "../support/table.js";
import { prepareWords } from "../support/word-set.js";
import { type CompareRun, parseCompareLine } from "./command-line.js";
import { compareTable } from "./compare-table.js";
import { compareDurable, type DurableSizes } from "./durable.js";
import { findRuntimes } from "./runtimes.js";

const full: DurableSizes = {
  ingested: 100_000,
  batch: 1_000,
  opened: 340_000,
  rounds: 5,
  vectors: "words",
};
const quick: DurableSizes = { ...full, ingested: 20_000, opened: 50_000, rounds: 3 };

const args = process.argv.slice(2);
const run = parseCompareLine(args);
if (typeof run === "string") {
  console.error(run);
  process.exitCode = 2;
} else {
  await compare(run);
}

async function compare(asked: CompareRun): Promise<void> {
  const folder = asked.isDraft ? draftsFolder : resultsFolder;
  mkdirSync(folder, { recursive: true });
  for (const name of asked.tables) {
    const start = performance.now();
    if (name === "durable") await durable(folder, asked.isQuick);
    else await compareTable(name, asked, folder, `npm run compare -- ${args.join(" ")}`);
    const seconds = Math.round((performance.now() - start) / 1_000);
    console.error(
      `${name}: ${seconds} s, written to ${folder.pathname.split("/").slice(-3).join("/")}`,
    );
  }
}

async function durable(folder: URL, isQuick: boolean): Promise<void> {
  prepareWords();
  const machine = describeMachine();
  const runtimes = findRuntimes(packageVersion);
  const tables = await compareDurable(runtimes, isQuick ? quick : full);
  const contenders = [...runtimes].map(([name, { version, node }]) => [name, version, node]);
  const command = `npm run compare -- durable${isQuick ? " --quick" : ""}`;
  const text = [
    "# Beside others: what is kept",
    `By \`${command}\`. Every number is the median of the rounds, with the least and the most of them; ` +
      "in each round every contender has its turn, and ratios are taken within it.",
    markdownTable(["machine", ""], machine),
    markdownTable(["", "version", "Node"], contenders),
    ...tables.map(tableText),
  ].join("\n\n");
  console.log(text);
  writeFileSync(new URL("compare-durable.md", folder), `${text}\n`);
}
