import { mkdirSync, writeFileSync } from "node:fs";
import { parseCommandLine, type Run } from "./command-line.js";
import { measures } from "./measures/all.js";
import { type Findings, figuresTable, tableText } from "./report.js";
import { barChart } from "./support/chart.js";
import { describeMachine } from "./support/machine.js";
import { draftsFolder, resultsFolder } from "./support/places.js";
import { markdownTable } from "./support/table.js";
import { prepareWords } from "./support/word-set.js";

const args = process.argv.slice(2);
const run = parseCommandLine(args);
if (typeof run === "string") {
  console.error(run);
  process.exitCode = 2;
} else {
  await bench(run);
}

async function bench({ sizes, names }: Run): Promise<void> {
  prepareWords();
  const machine = describeMachine();
  const all: Findings[] = [];
  for (const name of names) {
    console.error(`${name} ...`);
    const findings = await measures[name](sizes);
    for (const table of findings.tables) console.log(`${tableText(table)}\n`);
    all.push(findings);
  }
  console.log(figuresTable(all.flatMap(({ figures }) => figures)));
  const isWhole = sizes.name === "full" && names.length === Object.keys(measures).length;
  save(isWhole ? resultsFolder : draftsFolder, all, machine);
}

function save(folder: URL, all: readonly Findings[], machine: ReturnType<typeof describeMachine>) {
  mkdirSync(folder, { recursive: true });
  const bars = all.flatMap(({ bars = [] }) => bars);
  const chart = "calls-a-second.svg";
  const command = ["npm run bench", ...(args.length > 0 ? ["--", ...args] : [])].join(" ");
  const pieces = [
    "# Measured",
    `By \`${command}\`. Every number is the median of the rounds, with the least and the most of them; ` +
      "ratios are taken within each round.",
    markdownTable(["machine", ""], machine),
    "## Targets",
    figuresTable(all.flatMap(({ figures }) => figures)),
    ...(bars.length > 0 ? [`![Calls a second in every reach](${chart})`] : []),
    ...all.flatMap(({ tables }) => tables.map(tableText)),
  ];
  writeFileSync(new URL("results.md", folder), `${pieces.join("\n\n")}\n`);
  if (bars.length > 0) {
    const picture = barChart(
      "Calls a second",
      "logarithmic; the line is the spread of the rounds",
      bars,
    );
    writeFileSync(new URL(chart, folder), picture);
  }
  console.error(`written to ${folder.pathname.split("/").slice(-3).join("/")}`);
}
