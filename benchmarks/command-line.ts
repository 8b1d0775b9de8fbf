import { parseArgs } from "node:util";
import { measures } from "./measures/all.js";
import { full, quick, type Sizes } from "./sizes.js";

/** What a run is asked for. */
export interface Run {
  readonly sizes: Sizes;
  /** Names of measures; all of them are those of a whole run. */
  readonly names: readonly string[];
}

/** The run that these arguments ask for, or why they ask for none. */
export function parseCommandLine(args: readonly string[]): Run | string {
  try {
    const options = {
      quick: { type: "boolean" },
      only: { type: "string", multiple: true },
    } as const;
    const { values } = parseArgs({ args: [...args], options });
    const names = values.only ?? Object.keys(measures);
    const unknown = names.find((name) => !Object.hasOwn(measures, name));
    if (unknown !== undefined) return `there is no measure ${unknown}\n${usage}`;
    return { sizes: values.quick ? quick : full, names };
  } catch (error) {
    return `${(error as Error).message}\n${usage}`;
  }
}

const usage =
  `npm run bench -- [--quick] [--only ${Object.keys(measures).join(" | ")}]...\n` +
  "npm run bench -- --quick --only ingest";
