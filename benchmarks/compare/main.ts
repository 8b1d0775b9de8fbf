import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { packageVersion } from "../../lib/model/version.js";
import { tableText } from "../report.js";
import { describeMachine } from "../support/machine.js";
import { draftsFolder, resultsFolder } from "../support/places.js";
import { markdownTable } from "../support/table.js";
import { prepareWords } from "../support/word-set.js";
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

const { values } = parseArgs({ options: { quick: { type: "boolean" } } });
prepareWords();
const machine = describeMachine();
const runtimes = findRuntimes(packageVersion);
const tables = await compareDurable(runtimes, values.quick ? quick : full);
const contenders = [...runtimes].map(([name, { version, node }]) => [name, version, node]);
const command = `npm run compare${values.quick ? " -- --quick" : ""}`;
const text = [
  "# Beside others: what is kept",
  `By \`${command}\`. Every number is the median of the rounds, with the least and the most of them; ` +
    "in each round every contender has its turn, and ratios are taken within it.",
  markdownTable(["machine", ""], machine),
  markdownTable(["", "version", "Node"], contenders),
  ...tables.map(tableText),
].join("\n\n");
console.log(text);
const folder = values.quick ? draftsFolder : resultsFolder;
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("compare-durable.md", folder), `${text}\n`);
