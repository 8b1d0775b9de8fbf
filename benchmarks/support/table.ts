/** A table of Markdown; columns of numbers are aligned to the right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const rule = head.map((_, column) => (isOfNumbers(rows, column) ? "---:" : "---"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function isOfNumbers(rows: readonly (readonly string[])[], column: number): boolean {
  return rows.every((cells) => /^(?:[<>]= )?-?\d|^$/.test(cells[column]));
}

/** Three significant digits, thousands apart: 1,234,567 becomes 1,230,000. */
export function threeDigits(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}
