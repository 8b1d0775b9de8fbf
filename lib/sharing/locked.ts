import { AhnlichError } from "../model/errors.js";
import type { Owner } from "./owner-row.js";

/** Expected a folder that nobody owns, got one that is owned; `why` says what stands in the way of joining it. */
export function locked(
  folder: string,
  owner: Pick<Owner, "pid" | "host" | "started" | "shared">,
  why: string = owner.shared === undefined ? "" : ", which shares it: open it with `shared` too",
): AhnlichError {
  const { pid, host, started } = owner;
  const since = new Date(started).toISOString();
  const sentence = `${folder} is owned by process ${pid} on ${host} since ${since}${why}`;
  return new AhnlichError("LOCKED", sentence, { details: { path: folder, pid, host, since } });
}
