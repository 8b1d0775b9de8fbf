import { Command } from "commander";
import { backUpFolder } from "../folders.js";
import { formatBytes } from "./format.js";
import { isUrl } from "./is-url.js";
import { Progress } from "./progress.js";
import { type ClientFlags, clientFlags, withClient } from "./with-client.js";

/** `ahnlich backup FROM TO`: a verified copy, of a folder or by a server. */
export function backupCommand(): Command {
  const command = new Command("backup")
    .description(
      "Write a verified copy of a folder, or have a server write one while others write.",
    )
    .argument("<from>", "a folder that nobody has open, or the URL of a server with --backups")
    .argument("<to>", "a folder that is missing or empty; of a server: a plain name");
  for (const option of clientFlags()) command.addOption(option);
  return command
    .addHelpText("after", "\nExample:\n  ahnlich backup ./data ./backups/monday")
    .action(async (from: string, to: string, flags: ClientFlags) => {
      const bytes = isUrl(from) ? await byServer(from, to, flags) : await ofFolder(from, to);
      process.stdout.write(`${to}: ${formatBytes(bytes)}, verified\n`);
    });
}

function byServer(url: string, name: string, flags: ClientFlags): Promise<number> {
  return withClient(
    url,
    flags,
    async (client) => (await client.execute({ kind: "backup", name })).bytes,
  );
}

async function ofFolder(from: string, to: string): Promise<number> {
  using progress = new Progress("writing", { unit: "bytes" });
  return (await backUpFolder(from, to, { onProgress: progress.show })).bytes;
}
