/** Rows put together: by who, by whom with, by what for, by where. */
import { plus } from "../flow/row.ts";
import type { Sample } from "../flow/sample.ts";
import type { Column, NumberColumn } from "./column.ts";
import * as flow from "./flow.ts";
import { groupId, type Grouping, groupKey, keyLabel } from "./group_key.ts";
import { harmless } from "../harmless.ts";
import type { Sort } from "./sort.ts";

export interface Group {
  /** What makes two rows one group; null: not known, or there is none. */
  readonly id: string | null;
  /** What its rows share, as the user reads it; null as above. */
  readonly key: string | null;
  /** The key, or what a table says in place of it. */
  readonly label: string;
  /** In the order in which they came. */
  readonly rows: readonly number[];
}

/** The groups of `rows`, sorted; a group by a number column's total, else by its label. */
export function groupRows(sample: Sample, rows: readonly number[], by: Grouping, sort: Sort): Group[] {
  const groups = new Map<string | null, number[]>();
  for (const row of rows) {
    const id = groupId(sample, row, by), members = groups.get(id);
    if (members === undefined) groups.set(id, [row]);
    else members.push(row);
  }
  const list = [...groups].map(([id, rows]): Group => {
    const key = groupKey(sample, rows[0], by);
    return { id, key, label: keyLabel(key, by), rows };
  });
  const sign = sort.descending ? -1 : 1, { column } = sort;
  const byLabel = (a: Group, b: Group) => a.label < b.label ? -1 : a.label > b.label ? 1 : 0;
  if (!isTotalled(column)) return list.sort((a, b) => sign * byLabel(a, b));
  const totals = new Map(list.map((group) => [group, total(sample, group.rows, column.value) ?? -1]));
  return list.sort((a, b) => sign * (totals.get(a)! - totals.get(b)!) || byLabel(a, b));
}

/** The columns of a table of groups: what they are grouped by stands first, as the label. */
export function groupColumns(columns: readonly Column[], by: Grouping): Column[] {
  const label: Column = {
    id: by,
    title: by.toUpperCase(),
    floor: 24,
    weight: 3,
    align: "left",
    cut: by === "remote" ? "begin" : "end",
    drop: 0,
    descending: false,
    // What a single flow shows below its group.
    text: (sample, row) => harmless(flow.processName(sample, row) ?? "-"),
  };
  const others = columns.filter(({ id }) => id !== by && id !== "process");
  return [label, ...others.map((column) => column.ofGroup === undefined ? column : widened(column))];
}

/** A group says more in one cell than a flow. Each is the same object every time. */
const GROUP_CELLS = 20; // 1 reader 12 network
const wider = new Map<Column, Column>();

function widened(column: Column): Column {
  let wide = wider.get(column);
  if (wide === undefined) wider.set(column, wide = { ...column, floor: GROUP_CELLS, weight: 2 });
  return wide;
}

/** The group's name and how many flows of this sample it has. */
export function groupLabel(sample: Sample, { label, rows }: Group): string {
  return `${label} (${presentCount(sample, rows)})`;
}

/** Without those that ended before this sample. */
export function presentCount({ pastFrom = Infinity }: Sample, rows: readonly number[]): number {
  return rows.reduce((count, row) => row < pastFrom ? count + 1 : count, 0);
}

/** Groups are made anew with each sample, so what a cell of one says stays true: it goes with its group. */
const cells = new WeakMap<Group, Map<Column, string>>();

/** A column's cell for the whole group: the total, or what all rows have in common, or how many different ones there are. A group
 * may have all rows of the sample, and is drawn with every key: they are gone through once. */
export function groupText(sample: Sample, group: Group, column: Column): string {
  let known = cells.get(group);
  if (known === undefined) cells.set(group, known = new Map());
  let text = known.get(column);
  if (text === undefined) known.set(column, text = cellText(sample, group, column));
  return text;
}

function cellText(sample: Sample, { rows }: Group, column: Column): string {
  if (column.ofGroup !== undefined) return column.ofGroup(sample, rows);
  if (isTotalled(column)) return column.say(total(sample, rows, column.value));
  const counted = column.value === undefined || column.id === "pid", texts = new Set<string>();
  for (const row of rows) {
    texts.add(column.text(sample, row));
    if (!counted && texts.size > 1) return "-";
  }
  return texts.size === 1 ? [...texts][0] : `(${texts.size})`;
}

/** The sum over the rows of which it is known; null: over none. */
export function total(sample: Sample, rows: readonly number[], value: NumberColumn["value"]): number | null {
  let sum: number | null = null;
  for (const row of rows) sum = plus(sum, value(sample, row));
  return sum;
}

/** Counts and rates that say something of one connection alone. */
const NOT_TOTALLED: ReadonlySet<string> = new Set(["pid", "cwnd", "mss", "delivery", "pacing"]);

/** Bytes, rates and counts add up; times, windows and process ids do not. */
function isTotalled(column: Column): column is NumberColumn {
  if (column.unit === undefined || NOT_TOTALLED.has(column.id)) return false;
  return column.unit === "bytes" || column.unit === "bytes/s" || column.unit === "count";
}
