import type { Limits } from "../model/limits.js";
import { parseLine, toEntry, toHead } from "./entry-line.js";
import { type Bytes, LineSource, type ToItems } from "./line-source.js";

/** Entries as JSON lines, as `exportStore` writes them or as a program makes them by hand. */
export function jsonlSource(bytes: Bytes, limits: Limits): LineSource {
  const toItems: ToItems = async function* (lines, from) {
    for await (const { number, text } of lines) {
      const object = parseLine(text, number);
      const head = number === 1 ? toHead(object, number) : undefined;
      if (head !== undefined) yield { head };
      else if (number >= from) {
        const entry = toEntry(object, number, limits.metadataDepth);
        yield { line: number, entry };
      }
    }
  };
  return new LineSource(bytes, limits, toItems);
}
