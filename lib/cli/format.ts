/** Rows in columns, two spaces apart; control characters, which strangers may send, are shown as "?". */
export function table(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) =>
    row.map((cell) => cell.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "?")),
  );
  const widths = clean[0].map((_, column) => Math.max(...clean.map((row) => row[column].length)));
  const lines = clean.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column])).join("  "),
  );
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** "10,000" */
export function formatCount(count: number): string {
  return count.toLocaleString("en");
}

/** "4.1 MB", in powers of 1,000. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let amount = bytes / 1_000;
  let unit = 0;
  while (amount >= 999.95 && unit < units.length - 1) {
    amount /= 1_000;
    unit++;
  }
  return `${amount.toFixed(1)} ${units[unit]}`;
}

/** "850 ms", "12 s", "5 min", "3 h", "2 d": the largest unit that fits, rounded down. */
export function formatDuration(ms: number): string {
  const units = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1_000, "s"],
  ] as const;
  for (const [size, name] of units) {
    if (ms >= size) return `${Math.floor(ms / size)} ${name}`;
  }
  return `${Math.max(0, Math.round(ms))} ms`;
}
