import { Command } from "commander";
import type { RemoteEngine } from "../client.js";
import { type ClientFlags, clientFlags, withClient } from "./with-client.js";

/** A command that asks the server at a URL and prints what `work` makes of the answer. */
export function remoteCommand(
  name: string,
  description: string,
  work: (client: RemoteEngine, url: string) => Promise<string>,
): Command {
  const command = new Command(name)
    .description(description)
    .argument("<url>", "ahnlich://HOST:PORT, ahnlichs://HOST:PORT or ahnlich+unix:///FILE");
  for (const option of clientFlags()) command.addOption(option);
  return command
    .addHelpText("after", `\nExample:\n  ahnlich ${name} ahnlich://127.0.0.1:1369`)
    .action(async (url: string, flags: ClientFlags) => {
      const text = await withClient(url, flags, (client) => work(client, url));
      process.stdout.write(`${text}\n`);
    });
}
