import type { Command } from "commander";
import { formatBytes, formatDuration, table } from "./format.js";
import { remoteCommand } from "./remote-command.js";
import { patience } from "./with-client.js";

/** `ahnlich clients URL`: who is connected, this command included. */
export function clientsCommand(): Command {
  return remoteCommand("clients", "List who is connected to a server.", async (client) => {
    const clients = await client.clients(patience);
    const now = Date.now();
    return table([
      [
        "id",
        "name",
        "version",
        "address",
        "connections",
        "since",
        "idle",
        "in flight",
        "in",
        "out",
      ],
      ...clients.map((each) => [
        each.id,
        each.name,
        each.version,
        each.address,
        String(each.connections),
        formatDuration(now - each.since),
        formatDuration(each.idleMs),
        String(each.inFlight),
        formatBytes(each.bytesIn),
        formatBytes(each.bytesOut),
      ]),
    ]);
  });
}
