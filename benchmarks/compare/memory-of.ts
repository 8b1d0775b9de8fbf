import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What this process holds, in bytes. */
export interface Memory {
  /** RssAnon + RssShmem: what only it holds. */
  readonly own: number;
  /** RssFile: pages of files, which the system may take back. */
  readonly mapped: number;
}

/** After a collection of garbage. Where the system does not tell the parts, all counts as its own. */
export function memoryOfProcess(): Memory {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  if (process.platform !== "linux") return { own: process.memoryUsage().rss, mapped: 0 };
  const status = readFileSync("/proc/self/status", "utf8");
  const kilobytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  return {
    own: (kilobytes("RssAnon") + kilobytes("RssShmem")) * 1_024,
    mapped: kilobytes("RssFile") * 1_024,
  };
}
