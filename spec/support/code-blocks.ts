import { readFileSync } from "node:fs";

/** A fenced block of a Markdown file. */
export interface CodeBlock {
  readonly file: string;
  /** Of its first line of text, counted from 1. */
  readonly line: number;
  /** "ts", "sh", "json" … */
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a Markdown file, in order. */
export function codeBlocks(file: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const markdown = readFileSync(file, "utf8");
  for (const match of markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)) {
    const line = markdown.slice(0, match.index).split("\n").length + 1;
    blocks.push({ file, line, language: match[1], text: match[2] });
  }
  return blocks;
}
