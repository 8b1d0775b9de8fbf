import { Command } from "commander";
import type { RemoteEngine } from "../client.js";
import { withClient } from "./with-client.js";

/** A command that asks the server at a URL and prints what `work` makes of the answer. */
export function remoteCommand(
  name: string,
  description: string,
  work: (client: RemoteEngine, url: string) => Promise<string>,
): Command {
  return new Command(name)
    .description(description)
    .argument("<url>", "ahnlich://HOST:PORT or ahnlich+unix:///FILE")
    .addHelpText("after", `\nExample:\n  ahnlich ${name} ahnlich://127.0.0.1:1369`)
    .action(async (url: string) => {
      const text = await withClient(url, (client) => work(client, url));
      process.stdout.write(`${text}\n`);
    });
}
