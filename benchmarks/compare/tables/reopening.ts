import { type Figure, showSpread } from "../../report.js";
import { forget } from "../../support/forget.js";
import { interleave, valuesOf } from "../../support/interleave.js";
import { ratios, spreadOf } from "../../support/stats.js";
import { barsOf } from "../bars.js";
import type { Bench, Entrant } from "../bench.js";
import { isAside, isOurs } from "../indexes/all.js";
import type { Subject } from "../searcher.js";
import type { Section } from "../section.js";

type Measured = ReadonlyMap<string, number[]>;

/** From a process that has its modules loaded to the first approximate answer of an index that was kept. */
export async function compareReopening(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const name of bench.options.data) {
    const subject = bench.subject(name);
    const entrants = bench.entrants(subject.data).filter((entrant) => !isAside(entrant.name));
    await bench.prepare(entrants, subject);
    const { rounds } = bench.options;
    const warm = await interleave(contestants(bench, entrants, subject, false), rounds, 1);
    const cold = await interleave(contestants(bench, entrants, subject, true), rounds, 0);
    sections.push(sectionOf(subject, entrants, warm, cold));
  }
  return sections;
}

function contestants(
  bench: Bench,
  entrants: readonly Entrant[],
  subject: Subject,
  isCold: boolean,
) {
  return entrants.map((entrant) => ({
    name: entrant.label,
    measure: async () => {
      const { name, kind, threads } = entrant;
      const folder = await bench.folderOf(entrant, subject);
      if (isCold) forget(folder);
      await using searcher = await bench.start(name, subject);
      return (await searcher.open({ folder, kind, threads })).ms;
    },
  }));
}

function sectionOf(
  { data }: Subject,
  entrants: readonly Entrant[],
  warm: Measured,
  cold: Measured,
): Section {
  const first = entrants[0].label;
  const rows = entrants.map(({ label }) => [
    label,
    showSpread(spreadOf(valuesOf(warm, label))),
    label === first
      ? ""
      : showSpread(spreadOf(ratios(valuesOf(warm, label), valuesOf(warm, first)))),
    showSpread(spreadOf(valuesOf(cold, label))),
  ]);
  return {
    title: `Opening ${data.title}, and the first answer of its index`,
    tables: [
      { title: "", head: ["", "warm pages, ms", `its, of ${first}'s`, "cold pages, ms"], rows },
    ],
    figures: figuresOf(entrants, warm, data.name),
    charts: [
      barsOf(
        "reopening",
        data,
        "milliseconds, warm pages",
        entrants.map(({ label, name }) => ({
          ...{ label, name },
          spread: spreadOf(valuesOf(warm, label)),
        })),
      ),
    ],
  };
}

function figuresOf(entrants: readonly Entrant[], warm: Measured, name: string): Figure[] {
  const medianOf = (label: string) => spreadOf(valuesOf(warm, label)).median;
  const rivals = entrants.filter((entrant) => !isOurs(entrant.name));
  const [best] = rivals.sort((a, b) => medianOf(a.label) - medianOf(b.label));
  if (!warm.has("ahnlich")) return [];
  const ours = valuesOf(warm, "ahnlich");
  const opening = `opening ${name} and the first approximate answer`;
  const alone = {
    ...{ name: opening, measured: spreadOf(ours), unit: "ms" },
    ...{ bound: { atMost: 400 }, how: "warm pages, a process of its own" },
  };
  if (best === undefined) return [alone];
  return [
    alone,
    {
      name: `${opening}, of the best rival's`,
      measured: spreadOf(ratios(ours, valuesOf(warm, best.label))),
      unit: "",
      bound: { atMost: 0.2 },
      how: `${best.label}, which is open in ${Math.round(medianOf(best.label))} ms`,
    },
  ];
}
