/** Bars of one heading. */
export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** A limit to measure against, drawn paler. */
  readonly isLimit: boolean;
}

/** Bars on a logarithmic axis as SVG, with the spread of each; readable on light and dark grounds. */
export function barChart(title: string, unit: string, groups: readonly BarGroup[]): string {
  const bars = groups.flatMap((group) => group.bars);
  const axis = logAxis(bars);
  const pieces: string[] = [text(12, 26, title, "title"), text(12, 44, unit, "note")];
  let y = 72;
  for (const group of groups) {
    pieces.push(text(12, y, group.title, "group"));
    y += 8;
    for (const bar of group.bars) {
      pieces.push(drawBar(bar, axis, y));
      y += rowHeight;
    }
    y += 26;
  }
  const ticks = axis.ticks.map((tick) => drawTick(tick, axis, y - 10));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthOf} ${y + 16}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    ...ticks,
    ...pieces,
    "</svg>\n",
  ].join("\n");
}

interface Axis {
  readonly ticks: readonly number[];
  x(value: number): number;
}

/** From the power of ten below the least to the one above the most. */
function logAxis(bars: readonly Bar[]): Axis {
  const low = Math.floor(Math.log10(Math.min(...bars.map(({ least }) => least))));
  const high = Math.ceil(Math.log10(Math.max(...bars.map(({ most }) => most))));
  const powers = Math.max(1, high - low);
  const perPower = (widthOf - labelWidth - valueWidth) / powers;
  return {
    ticks: Array.from({ length: powers + 1 }, (_, i) => 10 ** (low + i)),
    x: (value) => labelWidth + (Math.log10(value) - low) * perPower,
  };
}

function drawBar({ label, value, least, most, isLimit }: Bar, { x }: Axis, y: number): string {
  const middle = y + rowHeight / 2;
  const width = Math.max(1, x(value) - labelWidth);
  const shown = value.toLocaleString("en", { maximumSignificantDigits: 3 });
  return [
    text(labelWidth - 8, middle + 4, label, "label"),
    `<rect class="${isLimit ? "limit" : "bar"}" x="${labelWidth}" y="${y + 3}" ` +
      `width="${width.toFixed(1)}" height="${rowHeight - 6}" rx="2"/>`,
    `<path class="spread" d="M${x(least).toFixed(1)} ${middle}H${x(most).toFixed(1)}"/>`,
    text(Math.max(x(most), x(value)) + 6, middle + 4, shown, "value"),
  ].join("");
}

function drawTick(value: number, { x }: Axis, bottom: number): string {
  const at = x(value).toFixed(1);
  const label = value.toLocaleString("en", { notation: "compact" });
  return `<path class="tick" d="M${at} 56V${bottom}"/>${text(Number(at), bottom + 14, label, "axis")}`;
}

function text(x: number, y: number, content: string, kind: string): string {
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const widthOf = 860;
const labelWidth = 250;
const valueWidth = 80;
const rowHeight = 20;

/** A picture in a page cannot ask the page for its colours, only the system for light or dark. */
const style = `
svg { background: #ffffff; font: 12px system-ui, sans-serif; }
text { fill: #1f2328; }
.title { font-size: 17px; font-weight: 600; }
.group { font-size: 14px; font-weight: 600; }
.note, .axis, .label { fill: #59636e; }
.label { text-anchor: end; }
.axis { text-anchor: middle; }
.bar { fill: #0969da; }
.limit { fill: #afb8c1; }
.tick { stroke: #d1d9e0; stroke-width: 1; fill: none; }
.spread { stroke: #bc4c00; stroke-width: 2; fill: none; }
@media (prefers-color-scheme: dark) {
  svg { background: #0d1117; }
  text { fill: #f0f6fc; }
  .note, .axis, .label { fill: #9198a1; }
  .bar { fill: #4493f8; }
  .limit { fill: #656c76; }
  .tick { stroke: #3d444d; }
  .spread { stroke: #f0883e; }
}
`;
