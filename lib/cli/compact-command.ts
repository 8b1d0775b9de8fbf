import { Command } from "commander";
import { fileIn } from "../folders.js";
import { open } from "../index.js";
import { formatBytes } from "./format.js";
import { isUrl } from "./is-url.js";
import { type ClientFlags, clientFlags, withClient } from "./with-client.js";

/** `ahnlich compact FOLDER | URL`: gives free space back to the system. */
export function compactCommand(): Command {
  const command = new Command("compact")
    .description("Give the free space in a folder's file back to the system.")
    .argument("<folder>", "a folder that nobody has open, or the URL of a server");
  for (const option of clientFlags()) command.addOption(option);
  return command
    .addHelpText("after", "\nExample:\n  ahnlich compact ahnlich://127.0.0.1:1369")
    .action(async (folder: string, flags: ClientFlags) => {
      const bytes = isUrl(folder) ? await byServer(folder, flags) : await ofFolder(folder);
      process.stdout.write(`${folder}: ${formatBytes(bytes)} given back\n`);
    });
}

function byServer(url: string, flags: ClientFlags): Promise<number> {
  return withClient(
    url,
    flags,
    async (client) => (await client.execute({ kind: "compact" })).bytes,
  );
}

async function ofFolder(folder: string): Promise<number> {
  await fileIn(folder);
  const engine = await open(folder);
  try {
    return (await engine.compact()).bytes;
  } finally {
    await engine.close();
  }
}
