import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { AhnlichError, type ImportOptions, type ImportReport, importStore } from "../transfer.js";
import { numberOption } from "./flag.js";
import { formatCount } from "./format.js";
import { Progress } from "./progress.js";
import { abortOnStop } from "./stop-signal.js";
import { type EngineFlags, engineFlags, withEngine } from "./with-engine.js";

/** `ahnlich import FILE`: the entries of a file, or of standard input, into a store. */
export function importCommand(): Command {
  const command = new Command("import")
    .description("Set the entries of a file in a store, which is made where there is none.")
    .argument("<file>", "a file, a folder of vectra, or - for standard input")
    .requiredOption("--store <name>", "the store");
  for (const option of engineFlags()) command.addOption(option);
  return command
    .addOption(new Option("--format <name>", "unless the file's name says it").choices(formats))
    .addOption(numberOption("from <line>", "go on at this line", 1, Number.MAX_SAFE_INTEGER))
    .addOption(new Option("--metric <name>", "of a store that is made").choices(metrics))
    .option("--vectors-only", "of a .npy: do without the .jsonl beside it")
    .option("--table <name>", "of a SQLite database: the table")
    .option("--id-field <name>", "of a table: the column that is the id")
    .option("--vector-field <name>", "of a table: the column that is the vector")
    .addHelpText("after", examples)
    .action(importFrom);
}

interface ImportFlags extends EngineFlags, Pick<ImportOptions, "format" | "from" | "metric"> {
  readonly store: string;
  readonly vectorsOnly?: boolean;
  readonly table?: string;
  readonly idField?: string;
  readonly vectorField?: string;
}

async function importFrom(file: string, flags: ImportFlags): Promise<void> {
  using stop = abortOnStop();
  const { path, url, user, passwordFile, store, ...options } = flags;
  if (file !== "-" && !existsSync(file)) {
    throw new AhnlichError("INVALID_ARGUMENT", `${file}: there is no such file or folder`);
  }
  const report = await withEngine(flags, { makeFolder: true }, async (engine) => {
    using progress = new Progress("importing");
    try {
      return await importStore(engine, store, file === "-" ? process.stdin : file, {
        ...options,
        onProgress: ({ entries }) => progress.show(entries),
        signal: stop.signal,
      });
    } catch (error) {
      throw withHint(error, flags.from ?? 1);
    } finally {
      // Unread, it would keep the process.
      if (file === "-") process.stdin.destroy();
    }
  });
  process.stdout.write(`${summaryOf(report)}\n`);
}

/** How to go on: everything before the line is in the store. */
function withHint(error: unknown, from: number): unknown {
  if (!(error instanceof AhnlichError) || typeof error.details.line !== "number") return error;
  const { line } = error.details;
  if (line <= from) return error;
  const sentence = `${error.message}; go on with --from ${line}`;
  return new AhnlichError(error.code, sentence, { details: error.details, cause: error });
}

function summaryOf({ entries, inserted, updated, expired }: ImportReport): string {
  const set = `${formatCount(entries)} entries: ${formatCount(inserted)} new, ${formatCount(updated)} replaced`;
  return expired === 0 ? set : `${set}; ${formatCount(expired)} expired were left out`;
}

const formats = ["jsonl", "npy", "vectra", "sqlite-vec", "lancedb"];
const metrics = ["cosine", "euclidean", "dot"];
const examples = `
Example:
  ahnlich import films.jsonl --store films --path ./data
  ahnlich import vectors.db --table films --store films --url ahnlich://127.0.0.1:1369`;
