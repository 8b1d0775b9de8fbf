import { readFileSync } from "node:fs";

/** The frames of docs/protocol.md as bytes, with their lengths; not the hellos. */
export function goldenFrames(): { readonly name: string; readonly bytes: Uint8Array }[] {
  const page = readFileSync("docs/protocol.md", "utf8");
  return [...page.matchAll(/^```golden\n(.*?)^```$/gms)]
    .map(([, block]) => block)
    .filter((block) => !block.includes("\nhello:"))
    .map((block) => ({
      name: /^name: (.*)$/m.exec(block)?.[1] ?? "",
      bytes: new Uint8Array(
        Buffer.from((/^hex: ([0-9a-f\s]*)/m.exec(block)?.[1] ?? "").replace(/\s/g, ""), "hex"),
      ),
    }));
}
