import { Command, CommanderError } from "commander";
import { AhnlichError } from "../client.js";
import { backupCommand } from "./backup-command.js";
import { clientsCommand } from "./clients-command.js";
import { compactCommand } from "./compact-command.js";
import { exportCommand } from "./export-command.js";
import { importCommand } from "./import-command.js";
import { infoCommand } from "./info-command.js";
import { pingCommand } from "./ping-command.js";
import { readVersion } from "./read-version.js";
import { restoreCommand } from "./restore-command.js";
import { serveCommand } from "./serve-command.js";
import { shutdownCommand } from "./shutdown-command.js";
import { userCommand } from "./user-command.js";
import { verifyCommand } from "./verify-command.js";

/** Runs one command line to its end and gives the exit code: 0, 1 where it failed, 2 where it was ill-formed. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await makeProgram().parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    return exitCodeOf(error);
  }
}

function makeProgram(): Command {
  const program = new Command("ahnlich")
    .description("A store for vectors and their metadata: serve it, and ask a server how it is.")
    .version(readVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand(false)
    .addHelpText("after", "\nExample:\n  ahnlich serve --path ./data");
  const commands = [
    ...[serveCommand, pingCommand, infoCommand, clientsCommand, shutdownCommand],
    ...[backupCommand, restoreCommand, verifyCommand, compactCommand],
    ...[exportCommand, importCommand, userCommand],
  ];
  for (const make of commands) program.addCommand(make());
  adopt(program);
  return program;
}

/** The same ways for a command and all below it. */
function adopt(command: Command): void {
  command.exitOverride().configureOutput({ outputError: writeOneLine });
  for (const each of command.commands) adopt(each);
}

/** Commander has printed its own errors when they come here; ours are printed here, in one line. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const sentence = error instanceof Error ? error.message : String(error);
  writeOneLine(sentence, (line) => process.stderr.write(line));
  const code = error instanceof AhnlichError ? error.code : "INTERNAL";
  // What stands in a file is no fault of the command line.
  const inFile = error instanceof AhnlichError && error.details.file !== undefined;
  return !inFile && (code === "INVALID_ARGUMENT" || code === "LIMIT_EXCEEDED") ? 2 : 1;
}

/** Commander puts its suggestions on lines of their own. */
function writeOneLine(text: string, write: (line: string) => void): void {
  const sentence = text.replace(/^error: /, "").trim();
  write(`ahnlich: ${sentence.replace(/\s*\n\s*/g, " ")}\n`);
}
