import { type Answer, limit } from "./question.js";

const terminal = process.stdout.isTTY;

export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

export function heading(title: string): void {
  say();
  say(terminal ? `\u001b[1m${title}\u001b[0m` : title);
}

/** The answers side by side: ids and distances, and below them the time that each took. */
export function printAnswers(answers: readonly Answer[]): void {
  const columns = answers.map((answer) => {
    const rows = answer.matches.map(({ id, distance }) => [id, distance.toFixed(4)] as const);
    if (rows.length === 0) rows.push(["(no such word)", ""]);
    const inner = Math.max(...rows.map(([id, distance]) => `${id}  ${distance}`.length));
    const width = Math.max(inner, answer.title.length);
    const lines = rows.map(([id, text]) => `${id}${text.padStart(width - id.length)}`);
    while (lines.length < limit) lines.push("");
    const time = `${answer.elapsedMs.toFixed(2)} ms`.padStart(width);
    return [answer.title, "-".repeat(width), ...lines, time].map((line) => line.padEnd(width));
  });
  for (const line of columns[0].keys()) {
    say(`  ${columns.map((column) => column[line]).join("   ")}`.trimEnd());
  }
}

/** Draws a bar that grows; without a terminal, a plain line at every quarter. */
export function progressBar(total: number): (done: number) => void {
  let quarter = 0;
  return (done) => {
    const share = Math.min(1, done / total);
    const text = `${done.toLocaleString("en")} of ${total.toLocaleString("en")}`;
    if (terminal) {
      const bar = "#".repeat(Math.round(share * 40)).padEnd(40, "-");
      process.stdout.write(`\r  [${bar}] ${text}${share === 1 ? "\n" : ""}`);
    } else if (Math.floor(share * 4) > quarter) {
      quarter = Math.floor(share * 4);
      say(`  ${text}`);
    }
  };
}
