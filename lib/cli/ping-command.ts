import type { Command } from "commander";
import { remoteCommand } from "./remote-command.js";
import { patience } from "./with-client.js";

/** `ahnlich ping URL`: whether a server answers, and how fast. */
export function pingCommand(): Command {
  return remoteCommand(
    "ping",
    "Ask whether a server answers, and how fast.",
    async (client, url) => {
      const elapsedMs = await client.ping(patience);
      return `${url} answers in ${elapsedMs.toFixed(2)} ms`;
    },
  );
}
