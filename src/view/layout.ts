import type { Column } from "./column.ts";

export interface Place {
  readonly column: Column;
  readonly x: number;
  readonly width: number;
}

/** Between two columns; where there is room for it, the wide one keeps figures apart. */
const GAP = 1, WIDE_GAP = 2;
/** What names get before the gaps do. */
const NAMES_FIRST = 8;

/** Which of the columns are on a line of `width` cells, and where. It depends on nothing else, so that nothing moves while
 * figures change. Columns leave whole, the highest `drop` first; what is left over goes to those with a weight. */
export function placeColumns(columns: readonly Column[], width: number, from = 0): Place[] {
  const room = width - from, kept = [...columns];
  const needed = () => kept.reduce((sum, { floor }) => sum + floor + GAP, -GAP);
  while (kept.length > 1 && needed() > room) {
    const last = kept.reduce((last, { drop }, i) => drop >= kept[last].drop ? i : last, 0);
    if (kept[last].drop === 0) break;
    kept.splice(last, 1);
  }
  const spare = room - needed(),
    wide = spare >= kept.length - 1 + NAMES_FIRST && kept.length > 1,
    gap = wide ? WIDE_GAP : GAP;
  const widths = widened(kept, spare - (wide ? kept.length - 1 : 0));
  let x = from;
  return kept.map((column, i) => {
    const place = { column, x, width: Math.max(0, Math.min(widths[i], width - x)) };
    x += widths[i] + gap;
    return place;
  }).filter(({ width }) => width > 0);
}

/** The floors, and `spare` cells shared out by weight, up to what a column can use. */
function widened(columns: readonly Column[], spare: number): number[] {
  const widths = columns.map(({ floor }) => floor);
  const share = (i: number) => columns[i].weight === 0 ? Infinity : (widths[i] - columns[i].floor) / columns[i].weight;
  const open = () => columns.map((_, i) => i).filter((i) => widths[i] < most(columns[i]));
  for (let left = spare; left > 0; left--) {
    const candidates = open();
    if (candidates.length === 0) break;
    widths[candidates.reduce((best, i) => share(i) < share(best) ? i : best)]++;
  }
  return widths;
}

/** [2001:db8:1234:5678:9abc:def0:1234:5678]:65535 is 47 cells, twice an IPv4 endpoint and 5. */
function most({ floor, weight, most }: Column): number {
  return most ?? (weight === 0 ? floor : floor * 2 + 5);
}
