/** A row of little bars. */
const BARS = "▁▂▃▄▅▆▇█";

/** One cell a value, the last ones at the right end; the highest fills its cell. null is a gap: nothing is known of then. */
export function sparkline(values: readonly (number | null)[], cells: number): string {
  const last = values.slice(-cells), most = Math.max(...last.map((value) => value ?? 0), 0);
  const bars = last.map((value) => value === null ? " " : bar(value, most)).join("");
  return bars.padStart(cells);
}

function bar(value: number, most: number): string {
  if (value <= 0 || most <= 0) return BARS[0];
  return BARS[Math.max(1, Math.min(7, Math.round(value / most * 7)))];
}
