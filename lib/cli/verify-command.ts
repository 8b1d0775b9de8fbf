import { Command } from "commander";
import { AhnlichError, verifyFolder } from "../folders.js";
import type { Verification } from "../index.js";
import { formatCount } from "./format.js";
import { isUrl } from "./is-url.js";
import { Progress } from "./progress.js";
import { type ClientFlags, clientFlags, withClient } from "./with-client.js";

/** `ahnlich verify FROM`: what is wrong with a folder or a server; the exit code is 1 where something is. */
export function verifyCommand(): Command {
  const command = new Command("verify")
    .description("Look at every row of a folder, or of a server, and tell what is wrong.")
    .argument("<from>", "a folder that nobody has open, or the URL of a server");
  for (const option of clientFlags()) command.addOption(option);
  return command
    .addHelpText("after", "\nExample:\n  ahnlich verify ./data")
    .action(async (from: string, flags: ClientFlags) => {
      const { entries, problems } = isUrl(from)
        ? await byServer(from, flags)
        : await ofFolder(from);
      for (const problem of problems) process.stdout.write(`${problem}\n`);
      const what = `${from}: ${formatCount(entries)} entries`;
      if (problems.length > 0) throw new AhnlichError("CORRUPT", `${what}, with these problems`);
      process.stdout.write(`${what}, no problem\n`);
    });
}

function byServer(url: string, flags: ClientFlags): Promise<Verification> {
  return withClient(url, flags, (client) => client.execute({ kind: "verify" }));
}

async function ofFolder(folder: string): Promise<Verification> {
  using progress = new Progress("verifying");
  return await verifyFolder(folder, { onProgress: progress.show });
}
