import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { showSpread, type Table } from "../../report.js";
import { askChild } from "../../support/child.js";
import { bytesBelow } from "../../support/places.js";
import { ratios, spreadOf } from "../../support/stats.js";
import { threeDigits } from "../../support/table.js";
import type { Bench } from "../bench.js";
import type { FieldAnswer, FieldJob } from "../fields/field-child.js";
import { fieldContenders } from "../fields/field-contender.js";
import type { Section } from "../section.js";

/** What indexes of five fields cost each while entries are loaded, and on disk. */
export async function compareFields(bench: Bench): Promise<Section[]> {
  const { rounds, runtimes, scratch } = bench.options;
  const names = [...runtimes.keys()].filter((name) => Object.hasOwn(fieldContenders, name));
  const filled = new Map<string, Filled[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length];
      const folder = join(scratch, "fields");
      const execPath = runtimes.get(name)?.execPath;
      const without = await fill(name, { folder, isIndexed: false, execPath });
      const indexed = await fill(name, { folder, isIndexed: true, execPath });
      filled.get(name)?.push({ without, indexed });
    }
  }
  const title = `Indexes of five fields, ${count.toLocaleString("en")} x ${dimension}`;
  return [{ title, tables: [tableOf(filled)], figures: [], charts: [] }];
}

interface Filled {
  readonly without: Measured;
  readonly indexed: Measured;
}

interface Measured extends FieldAnswer {
  readonly bytes: number;
}

async function fill(
  name: string,
  {
    folder,
    isIndexed,
    execPath,
  }: { folder: string; isIndexed: boolean; execPath: string | undefined },
): Promise<Measured> {
  mkdirSync(folder);
  const module = fieldContenders[name].href;
  const job: FieldJob = { module, folder, count, dimension, isIndexed };
  const answer = (await askChild(child, job, execPath)) as FieldAnswer;
  const bytes = bytesBelow(folder);
  rmSync(folder, { recursive: true });
  return { ...answer, bytes };
}

function tableOf(filled: ReadonlyMap<string, readonly Filled[]>): Table {
  const rate = ({ ms }: Measured) => (count / ms) * 1_000;
  const rows = [...filled].map(([name, all]) => {
    const without = all.map((one) => rate(one.without));
    const indexed = all.map((one) => rate(one.indexed));
    const bytes = all.map((one) => (one.indexed.bytes - one.without.bytes) / count);
    const [first] = all;
    return [
      name,
      first.indexed.how,
      showSpread(spreadOf(without)),
      showSpread(spreadOf(indexed)),
      showSpread(spreadOf(ratios(indexed, without))),
      threeDigits(first.without.bytes / count),
      showSpread(spreadOf(bytes)),
    ];
  });
  const head = [
    ...["", "indexes", "entries a second, without", "with", "with, of without"],
    ...["bytes an entry, without", "bytes an entry of the indexes"],
  ];
  return { title: "", head, rows };
}

const count = 100_000;
/** Few, since it is not the vectors that are asked about. */
const dimension = 8;
const child: URL = new URL("../fields/field-child.js", import.meta.url);
