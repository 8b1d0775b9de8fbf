/** One line of the picture, with a mark at every point. */
export interface ChartLine {
  readonly label: string;
  readonly isOurs: boolean;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface ChartAxes {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** `nines`: equal steps from 0.9 to 0.99 to 0.999. */
  readonly scale: { readonly x: "nines" | "log"; readonly y: "log" };
}

/** Lines over two axes as SVG; readable on light and dark grounds. */
export function lineChart({ title, x, y, scale }: ChartAxes, lines: readonly ChartLine[]): string {
  const points = lines.flatMap((line) => line.points);
  const xAxis = axisOf(
    scale.x,
    points.map((point) => point.x),
    plot.left,
    plot.right,
  );
  const yAxis = axisOf(
    scale.y,
    points.map((point) => point.y),
    plot.bottom,
    plot.top,
  );
  const height = plot.bottom + 60 + 20 * Math.ceil(lines.length / 3);
  const pieces = [
    text(12, 26, title, "title"),
    text(12, 46, y, "note"),
    text((plot.left + plot.right) / 2, plot.bottom + 38, x, "axis"),
    ...xAxis.ticks.map(
      ({ at, label }) =>
        line(at, plot.top, at, plot.bottom) + text(at, plot.bottom + 18, label, "axis"),
    ),
    ...yAxis.ticks.map(
      ({ at, label }) =>
        line(plot.left, at, plot.right, at) + text(plot.left - 8, at + 4, label, "label"),
    ),
    ...lines.map((one, i) => drawLine(one, colours[i % colours.length], xAxis.at, yAxis.at)),
    ...lines.map((one, i) => drawKey(one, colours[i % colours.length], i)),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    ...pieces,
    "</svg>\n",
  ].join("\n");
}

const plot = { left: 80, right: 840, top: 60, bottom: 460 } as const;

interface Axis {
  at(value: number): number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

function axisOf(scale: "nines" | "log", values: readonly number[], from: number, to: number): Axis {
  const place = scale === "log" ? Math.log10 : nines;
  const low = Math.min(...values.map(place));
  const high = Math.max(...values.map(place), low + 0.1);
  const margin = (high - low) * 0.04;
  const at = (value: number) =>
    from + ((place(value) - low + margin) / (high - low + 2 * margin)) * (to - from);
  const marks = scale === "log" ? roundNumbers : shares;
  const ticks = marks
    .filter((value) => place(value) >= low - margin && place(value) <= high + margin)
    .map((value) => ({
      at: at(value),
      label: scale === "log" ? value.toLocaleString("en", { notation: "compact" }) : String(value),
    }));
  return { at, ticks };
}

/** Beyond 0.9999 all is one. */
function nines(share: number): number {
  return -Math.log10(Math.max(1e-4, 1 - share));
}

const roundNumbers = Array.from({ length: 8 }, (_, power) =>
  [1, 2, 5].map((n) => n * 10 ** power),
).flat();
const shares = [0.1, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 1];

function drawLine(
  { points, isOurs }: ChartLine,
  colour: string,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const places = points.map((point) => `${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`);
  const width = isOurs ? 3 : 1.5;
  const marks = places.map((place) => {
    const [cx, cy] = place.split(" ");
    return `<circle cx="${cx}" cy="${cy}" r="${isOurs ? 4 : 3}" fill="${colour}"/>`;
  });
  const path = `<path d="M${places.join("L")}" fill="none" stroke="${colour}" stroke-width="${width}"/>`;
  return path + marks.join("");
}

function drawKey({ label }: ChartLine, colour: string, place: number): string {
  const x = plot.left + (place % 3) * 255;
  const y = plot.bottom + 66 + 20 * Math.floor(place / 3);
  const mark = `<rect x="${x}" y="${y - 9}" width="14" height="10" fill="${colour}"/>`;
  return mark + text(x + 20, y, label, "key");
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  const [a, b, c, d] = [x1, y1, x2, y2].map((value) => value.toFixed(1));
  return `<path class="tick" d="M${a} ${b}L${c} ${d}"/>`;
}

function text(x: number, y: number, content: string, kind: string): string {
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Told apart by most eyes, on both grounds. */
const colours = [
  "#0969da",
  "#54aeff",
  "#8250df",
  "#bc4c00",
  "#1a7f37",
  "#4ac26b",
  "#cf222e",
  "#fa4549",
  "#9a6700",
  "#6e7781",
  "#bf3989",
];

/** A picture in a page cannot ask the page for its colours, only the system for light or dark. */
const style = `
svg { background: #ffffff; font: 12px system-ui, sans-serif; }
text { fill: #1f2328; }
.title { font-size: 17px; font-weight: 600; }
.note, .axis, .label { fill: #59636e; }
.label { text-anchor: end; }
.axis { text-anchor: middle; }
.tick { stroke: #d1d9e0; stroke-width: 1; fill: none; }
@media (prefers-color-scheme: dark) {
  svg { background: #0d1117; }
  text { fill: #f0f6fc; }
  .note, .axis, .label { fill: #9198a1; }
  .tick { stroke: #3d444d; }
}
`;
