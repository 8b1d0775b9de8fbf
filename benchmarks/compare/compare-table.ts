import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { packageVersion } from "../../lib/model/version.js";
import { figuresTable } from "../report.js";
import { describeMachine } from "../support/machine.js";
import { scratchFolder } from "../support/places.js";
import { markdownTable } from "../support/table.js";
import { Bench } from "./bench.js";
import type { CompareRun } from "./command-line.js";
import { findIndexRuntimes } from "./index-runtimes.js";
import { findNode, hereNode, type Node } from "./runtimes.js";
import type { Section } from "./section.js";
import { tables } from "./tables/all.js";

/** Carries out one table on each Node that is asked for, and leaves it in the folder as Markdown with its charts. */
export async function compareTable(
  name: string,
  run: CompareRun,
  folder: URL,
  command: string,
): Promise<void> {
  const machine = describeMachine();
  const pieces: string[] = [];
  for (const node of nodesOf(run.nodes)) {
    const { runtimes, missing } = findIndexRuntimes(run.only, node, packageVersion);
    const { sections, hows } = await sectionsOf(name, run, runtimes);
    if (sections.length === 0) return;
    const suffix = run.nodes.length > 1 ? `-node${/\d+/.exec(node.node)?.[0]}` : "";
    const rows = [...runtimes].flatMap(([index, { version, node: its }]) => {
      const how = hows.get(index);
      return how === undefined ? [] : [[index, version, its, how]];
    });
    const absent = missing.map((index) => [index, "not installed", "", ""]);
    pieces.push(markdownTable(["", "version", "Node", "how"], [...rows, ...absent]));
    for (const section of sections) pieces.push(...textOf(section, folder, suffix));
  }
  const text = [
    `# Beside others: ${name}`,
    `By \`${command}\`. Every number is the median of the rounds, with the least and the most of them; ` +
      "in each round every contender has its turn, and ratios are taken within it. " +
      "Each runs in a process of its own, with one thread unless said.",
    markdownTable(["machine", ""], machine),
    ...pieces,
  ].join("\n\n");
  console.log(text);
  writeFileSync(new URL(`compare-${name}.md`, folder), `${text}\n`);
}

async function sectionsOf(name: string, run: CompareRun, runtimes: Bench["options"]["runtimes"]) {
  const table = tables[name];
  const standard = (run.isQuick ? table.quickData : undefined) ?? table.data;
  using scratch = scratchFolder();
  const bench = new Bench({
    runtimes,
    scratch: scratch.path,
    data: run.data.length > 0 ? run.data : standard,
    rounds: run.rounds ?? table.rounds,
    sliceMs: run.sliceMs,
    surveyMs: run.sliceMs * 20,
    threads: availableParallelism(),
  });
  return { sections: await table.run(bench), hows: bench.hows };
}

function nodesOf(versions: readonly string[]): Node[] {
  if (versions.length === 0) return [hereNode];
  return versions.map((version) => {
    const node = process.version.startsWith(`v${version}.`) ? hereNode : findNode(version);
    if (node === undefined) throw new Error(`Node ${version} is not to be had`);
    return node;
  });
}

function textOf({ title, tables: found, figures, charts }: Section, folder: URL, suffix: string) {
  const pictures = charts.map(({ file, title: what, picture }) => {
    const path = `compare-${file.replace(".svg", `${suffix}.svg`)}`;
    writeFileSync(new URL(path, folder), picture);
    return `![${what}](${path})`;
  });
  const tablesText = found.map(({ title: what, head, rows }) =>
    [...(what === "" ? [] : [`### ${what}`]), markdownTable(head, rows)].join("\n\n"),
  );
  return [
    `## ${title}`,
    ...(figures.length > 0 ? [figuresTable(figures)] : []),
    ...pictures,
    ...tablesText,
  ];
}
