import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";

/** What the figures were measured on: nothing of it names the machine or its owner. */
export function describeMachine(): readonly (readonly [string, string])[] {
  return [
    ["processor", cpus()[0]?.model.trim() ?? "unknown"],
    ["cores", String(availableParallelism())],
    ["memory", `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ["system", `${type()} ${release().split("-")[0]}, ${process.arch}`],
    ["Node", process.version],
    ["date", new Date().toISOString().slice(0, 10)],
    ["commit", commit()],
  ];
}

/** Where there is no git, as in an unpacked archive, nobody knows. */
function commit(): string {
  const git = (...args: string[]) =>
    execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", "lib") !== "";
    return `${git("rev-parse", "--short=12", "HEAD")}${changed ? ", with changes in lib" : ""}`;
  } catch {
    return "unknown";
  }
}
