import { AhnlichError } from "../model/errors.js";

/**
 * The format that a file's name says: .jsonl and .ndjson are "jsonl", .npy is "npy", .db, .sqlite and .sqlite3
 * are "sqlite-vec".
 *
 * @throws INVALID_ARGUMENT for a name that says none of `formats`
 */
export function formatOf<F extends string>(path: string, formats: readonly F[]): F {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1].toLowerCase() ?? "";
  const said = Object.hasOwn(endings, ending) ? endings[ending] : undefined;
  const format = formats.find((each) => each === said);
  if (format !== undefined) return format;
  const sentence = `${path}: the name does not say the format; set it to one of ${formats.join(", ")}`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

const endings: Readonly<Record<string, string>> = {
  jsonl: "jsonl",
  ndjson: "jsonl",
  npy: "npy",
  db: "sqlite-vec",
  sqlite: "sqlite-vec",
  sqlite3: "sqlite-vec",
};
