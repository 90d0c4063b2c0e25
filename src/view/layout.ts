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

/** Columns that leave as early as these make room for another one's ease, not for its floor alone. */
const LESS_USE = 6;

/** The places asked for last: each sample asks several times, for the same columns. */
let last: {
  readonly columns: readonly Column[];
  readonly width: number;
  readonly from: number;
  readonly places: Place[];
} | null = null;

/** Which of the columns are on a line of `width` cells, and where. It depends on nothing else, so that nothing moves while
 * figures change. Columns leave whole, the highest `drop` first, and the one that `stays` last; what is left over goes to those with a weight. */
export function placeColumns(columns: readonly Column[], width: number, from = 0): readonly Place[] {
  if (last === null || last.columns !== columns || last.width !== width || last.from !== from) {
    last = { columns, width, from, places: placed(columns, width, from) };
  }
  return last.places;
}

function placed(columns: readonly Column[], width: number, from: number): Place[] {
  const room = width - from, kept = keptOf(columns, room), floors = squeezed(kept, room);
  const eased = kept.map(easeOf), least = needed(eased) <= room ? eased : floors, spare = room - needed(least);
  const wide = spare >= kept.length - 1 + NAMES_FIRST && kept.length > 1, gap = wide ? WIDE_GAP : GAP;
  const widths = widened(kept, least, spare - (wide ? kept.length - 1 : 0));
  let x = from;
  return kept.map((column, i) => {
    const place = { column, x, width: Math.max(0, Math.min(widths[i], width - x)) };
    x += widths[i] + gap;
    return place;
  }).filter(({ width }) => width > 0);
}

const easeOf = ({ floor, ease }: Column) => ease ?? floor;

const needed = (widths: readonly number[], gap = GAP) => widths.reduce((sum, cells) => sum + cells + gap, -gap);

function keptOf(columns: readonly Column[], room: number): readonly Column[] {
  let kept = fitting(columns, room, (column, last) => last.drop >= LESS_USE ? easeOf(column) : column.floor);
  // Half a figure would be another one.
  while (kept.length > 1 && needed(kept.map(leastOf)) > room) kept = kept.slice(0, -1);
  return kept;
}

/** Words are cut with a sign, and their beginning says something. */
const LEAST_WORDS = 8;

const leastOf = ({ floor, align }: Column) => align === "left" ? Math.min(floor, LEAST_WORDS) : floor;

/** The least cells of the columns. Where those that never leave have no room for their floors words give way, from the left. */
function squeezed(columns: readonly Column[], room: number): number[] {
  const floors = columns.map(({ floor }) => floor);
  let beyond = needed(floors) - room;
  return columns.map((column) => {
    const given = Math.max(0, Math.min(beyond, column.floor - leastOf(column)));
    beyond -= given;
    return column.floor - given;
  });
}

/** The columns that there is room for, `gap` cells apart. `widthOf`: what one takes while `last` is the next to leave. */
export function fitting(
  columns: readonly Column[],
  room: number,
  widthOf: (column: Column, last: Column) => number,
  gap = GAP,
): readonly Column[] {
  let kept = columns;
  while (kept.length > 1) {
    const last = nextToLeave(kept);
    if (last === null || needed(kept.map((column) => widthOf(column, last)), gap) <= room) break;
    const rest = kept.filter((column) => column !== last && (column.id !== last.twin || column.stays));
    kept = rest.length > 0 ? rest : kept.slice(0, 1);
  }
  return kept;
}

/** What never leaves a narrow screen does so for the column that the table is sorted by. null: none leaves. */
export function nextToLeave(kept: readonly Column[]): Column | null {
  const others = kept.filter(({ stays }) => !stays);
  if (others.length === 0) return null;
  const last = others.reduce((last, column) => column.drop >= last.drop ? column : last);
  return last.drop > 0 || others.length < kept.length && last !== kept[0] ? last : null;
}

/** `spare` cells beyond the least, shared out by weight, up to what a column can use. */
function widened(columns: readonly Column[], least: readonly number[], spare: number): number[] {
  const widths = [...least];
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
