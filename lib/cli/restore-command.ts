import { Command } from "commander";
import { restore } from "../folders.js";
import { formatCount } from "./format.js";

/** `ahnlich restore FROM TO`: a folder from a backup. */
export function restoreCommand(): Command {
  return new Command("restore")
    .description("Make a folder from a backup; it is verified before it can be opened.")
    .argument("<from>", "the folder of a backup")
    .argument("<to>", "a folder that is missing or empty")
    .addHelpText("after", "\nExample:\n  ahnlich restore ./backups/monday ./data")
    .action(async (from: string, to: string) => {
      const { entries } = await restore(from, to);
      process.stdout.write(`${to}: ${formatCount(entries)} entries\n`);
    });
}
