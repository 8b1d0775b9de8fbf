import { existsSync } from "node:fs";
import { join } from "node:path";
import { Option } from "commander";
import type { Engine } from "../client.js";
import { AhnlichError, open } from "../index.js";
import { type ClientFlags, clientFlags, withClient } from "./with-client.js";

/** Where the engine of a command is: the folder that this process opens, or the server that it asks. */
export interface EngineFlags extends ClientFlags {
  readonly path?: string | undefined;
  readonly url?: string | undefined;
}

export function engineFlags(): Option[] {
  return [
    new Option("--path <folder>", "open the data in this folder"),
    new Option(
      "--url <url>",
      "or ask a server: ahnlich://HOST:PORT, ahnlich+unix:///FILE",
    ).conflicts("path"),
    ...clientFlags(),
  ];
}

/**
 * Opens or reaches the engine, does what is to be done, and leaves it closed.
 *
 * @throws INVALID_ARGUMENT where neither is named, or nothing is in the folder and it is not to be made
 */
export async function withEngine<T>(
  { path, url, ...client }: EngineFlags,
  { makeFolder }: { makeFolder: boolean },
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  if (url !== undefined) return withClient(url, client, work);
  if (path === undefined || path === "") {
    throw new AhnlichError("INVALID_ARGUMENT", "expected --path FOLDER or --url URL");
  }
  if (!makeFolder && !existsSync(join(path, "data.mdb"))) {
    throw new AhnlichError("INVALID_ARGUMENT", `--path: no data of ahnlich is in ${path}`);
  }
  await using engine = await open(path);
  return await work(engine);
}
