import { Command, Option } from "commander";
import type { Where } from "../client.js";
import { AhnlichError, type ExportFormat, exportStore } from "../transfer.js";
import { formatBytes, formatCount } from "./format.js";
import { Progress } from "./progress.js";
import { abortOnStop } from "./stop-signal.js";
import { type EngineFlags, engineFlags, withEngine } from "./with-engine.js";

/** `ahnlich export FILE`: the entries of a store as a file, or on standard output. */
export function exportCommand(): Command {
  const command = new Command("export")
    .description("Write the entries of a store to a file.")
    .argument("<file>", ".jsonl, .npy (with a .jsonl beside it), or - for standard output")
    .requiredOption("--store <name>", "the store");
  for (const option of engineFlags()) command.addOption(option);
  return command
    .addOption(
      new Option("--format <name>", "unless the file's name says it").choices(["jsonl", "npy"]),
    )
    .option("--where <json>", "only entries that match this predicate")
    .option("--force", "replace a file that is there")
    .addHelpText("after", "\nExample:\n  ahnlich export films.jsonl --store films --path ./data")
    .action(exportTo);
}

interface ExportFlags extends EngineFlags {
  readonly store: string;
  readonly format?: ExportFormat;
  readonly where?: string;
  readonly force?: boolean;
}

async function exportTo(file: string, flags: ExportFlags): Promise<void> {
  using stop = abortOnStop();
  const where = flags.where === undefined ? undefined : parseWhere(flags.where);
  const report = await withEngine(flags, { makeFolder: false }, async (engine) => {
    // What is wrong with the store the export itself says.
    const info = await engine
      .store(flags.store)
      .info()
      .catch(() => undefined);
    const total = where === undefined ? info?.entries : undefined;
    using progress = new Progress("exporting", { total });
    const to = file === "-" ? process.stdout : file;
    return await exportStore(engine, flags.store, to, {
      format: flags.format,
      where,
      overwrite: flags.force,
      onProgress: ({ entries }) => progress.show(entries),
      signal: stop.signal,
    }).catch(withHint);
  });
  if (file === "-") return;
  const entries = formatCount(report.entries);
  process.stdout.write(`${entries} entries, ${formatBytes(report.bytes)}, are in ${file}\n`);
}

function withHint(error: unknown): never {
  if (!(error instanceof AhnlichError) || error.details.reason !== "EEXIST") throw error;
  const sentence = `${error.message}; --force replaces it`;
  throw new AhnlichError(error.code, sentence, { details: error.details, cause: error });
}

function parseWhere(text: string): Where {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AhnlichError("INVALID_ARGUMENT", "--where: expected JSON", { cause });
  }
}
