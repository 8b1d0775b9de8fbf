import type { Command } from "commander";
import { formatBytes, formatCount, formatDuration, table } from "./format.js";
import { remoteCommand } from "./remote-command.js";
import { patience } from "./with-client.js";

/** `ahnlich info URL`: what a server is and what it holds. */
export function infoCommand(): Command {
  return remoteCommand("info", "Show what a server is and what it holds.", async (client) => {
    const info = await client.info(patience);
    const stores = await client.listStores(patience);
    const facts = [
      ["version", `${info.version}, protocol ${info.protocol}`],
      ["running for", formatDuration(Date.now() - info.startedAt)],
      ["threads", formatCount(info.threads)],
      ["entries", `${formatCount(info.entries)} in ${formatCount(info.stores)} stores`],
      ["memory", formatBytes(info.bytes.memory)],
      ["disk", formatBytes(info.bytes.disk)],
    ];
    if (stores.length === 0) return table(facts);
    const rows = stores.map(({ name, entries, dimension, metric, bytes }) => [
      name,
      formatCount(entries),
      formatCount(dimension),
      metric,
      formatBytes(bytes.memory),
    ]);
    const names = ["store", "entries", "dimension", "metric", "memory"];
    return `${table(facts)}\n\n${table([names, ...rows])}`;
  });
}
