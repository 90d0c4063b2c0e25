/** Bars that stand for figures of the past. */
const BARS = "▁▂▃▄▅▆▇█";

/** A figure over a span of time. */
export interface Point {
  /** Begin and end, in the time of the samples. */
  readonly fromNs: number;
  readonly timeNs: number;
}

/** The `cells` spans of time up to the one that `endNs` is in, the highest figure of each; null: none. Spans begin at whole multiples of
 * their length, so that a bar does not change once its span is over. */
export function binned<P extends Point>(
  points: Iterable<P>,
  value: (point: P) => number,
  cells: number,
  spanNs: number,
  endNs: number,
): (number | null)[] {
  const bars: (number | null)[] = new Array(cells).fill(null), end = Math.floor(endNs / spanNs);
  for (const point of points) {
    const at = cells - 1 - (end - Math.floor(point.timeNs / spanNs));
    // A sample that is longer than a span has a bar in each that it covers: steady traffic has no holes.
    const from = cells - 1 - (end - Math.floor(point.fromNs / spanNs) - 1);
    for (let i = Math.max(0, Math.min(at, from)); i <= Math.min(at, cells - 1); i++) {
      bars[i] = Math.max(bars[i] ?? 0, value(point));
    }
  }
  return bars;
}

/** One cell a value, the last ones at the right end; the highest fills its cell. null is a gap: nothing is known of then. */
export function sparkline(values: readonly (number | null)[], cells: number): string {
  const last = values.slice(-cells), most = Math.max(...last.map((value) => value ?? 0), 0);
  const bars = last.map((value) => value === null ? " " : bar(value, most)).join("");
  return bars.padStart(cells);
}

/** The same where no traffic is no bar, so that nothing grows from the right where nothing moves. */
export function trafficLine(rates: readonly (number | null)[], cells: number): string {
  if (!rates.some((rate) => rate)) return " ".repeat(Math.max(0, cells));
  return sparkline(rates.map((rate) => rate || null), cells);
}

function bar(value: number, most: number): string {
  if (value <= 0 || most <= 0) return BARS[0];
  return BARS[Math.max(1, Math.min(7, Math.round(value / most * 7)))];
}

/** What a bar of `value` shows in the row `row` (0: beside the axis) of `rows`, where `most` fills them all. Whatever is more than nothing is seen. */
export function risingCell(value: number, most: number, row: number, rows: number): string {
  const eighths = steps(value, most, rows, 8) - row * 8;
  return eighths <= 0 ? " " : BARS[Math.min(8, eighths) - 1];
}

/** The same for bars that hang from the axis: of blocks at the top of a cell, fonts have the half and the whole. */
export function hangingCell(value: number, most: number, row: number, rows: number): string {
  const halves = steps(value, most, rows, 2) - row * 2;
  return halves <= 0 ? " " : halves === 1 ? "▀" : "█";
}

function steps(value: number, most: number, rows: number, inRow: number): number {
  return value <= 0 || most <= 0 ? 0 : Math.max(1, Math.round(Math.min(1, value / most) * rows * inRow));
}
