import type { Command } from "commander";
import { remoteCommand } from "./remote-command.js";
import { patience } from "./with-client.js";

/** `ahnlich shutdown URL`: an orderly end, where the server allows it. */
export function shutdownCommand(): Command {
  return remoteCommand("shutdown", "Ask a server to end in good order.", async (client, url) => {
    await client.shutdown("asked on the command line", patience);
    return `${url} shuts down`;
  });
}
