/** Small charts as SVG, which read on a light page and on a dark one. Pure. */

/** A bar from 0 to `value`, or a point with its interval. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  /** Index of its colour: bars of one tool have the same. */
  readonly series?: number;
}

export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
  /** A line across: what is wanted. */
  readonly goal?: number;
  /** Where the bars begin (0). */
  readonly from?: number;
  /** Bars would have no length beside the longest: steps of ten. */
  readonly logarithmic?: boolean;
}

const WIDTH = 760, LABEL = 270, FIGURE = 120, HEAD = 34, STEP = 24;
const COLOURS = ["#2a7fb8", "#c26a1b", "#5b8f3a", "#8a5aa8", "#7a7f87"];

const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const one = (value: number) => String(Math.round(value * 10) / 10);

export function chartSvg({ title, unit, bars, goal, from = 0, logarithmic = false }: Chart): string {
  const all = bars.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const most = Math.max(...all, goal ?? -Infinity);
  const least = logarithmic ? Math.min(...all.filter((value) => value > 0)) / 2 : Math.min(from, ...all);
  const scale = (value: number) => logarithmic ? Math.log10(Math.max(value, least)) : value;
  const span = scale(most) - scale(least) || 1, room = WIDTH - LABEL - FIGURE;
  const x = (value: number) => one(LABEL + (scale(value) - scale(least)) / span * room);
  const height = HEAD + bars.length * STEP + 10;
  const lines = bars.flatMap(({ label, value, low, high, series = 0 }, i) => {
    const y = HEAD + i * STEP, colour = COLOURS[series % COLOURS.length];
    const start = logarithmic ? least : from, left = Math.min(Number(x(value)), Number(x(start)));
    return [
      `<text x="${LABEL - 8}" y="${y + 13}" text-anchor="end">${escape(label)}</text>`,
      `<rect x="${one(left)}" y="${y + 2}" width="${
        one(Math.abs(Number(x(value)) - Number(x(start))))
      }" height="14" fill="${colour}"/>`,
      ...low === undefined || high === undefined ? [] : [
        `<path d="M${x(low)} ${y + 9}H${x(high)}M${x(low)} ${y + 5}v8M${x(high)} ${
          y + 5
        }v8" stroke="#7a7f87" stroke-width="2" fill="none"/>`,
      ],
      `<text x="${WIDTH - FIGURE + 8}" y="${y + 13}">${escape(`${Math.round(value * 100) / 100} ${unit}`)}</text>`,
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${escape(title)}</title>
<style>text{font:13px sans-serif;fill:#222}@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>
<text x="8" y="18" font-weight="bold">${escape(title)}</text>
${lines.join("\n")}
${
    goal === undefined
      ? ""
      : `<path d="M${x(goal)} ${HEAD - 6}V${height - 6}" stroke="#b3261e" stroke-dasharray="4 3" fill="none"/>\n`
  }</svg>
`;
}
