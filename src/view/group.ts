/** Rows put together: by who, by whom with, by what for, by where. */
import type { Sample } from "../flow/sample.ts";
import { valueText } from "./column.ts";
import type { Column, NumberColumn } from "./column.ts";
import * as flow from "./flow.ts";
import { harmless } from "./harmless.ts";
import type { Sort } from "./sort.ts";

export const GROUPINGS = ["process", "remote", "port", "container"] as const;
export type Grouping = typeof GROUPINGS[number];

export interface Group {
  /** What its rows share, as the user reads it. */
  readonly label: string;
  /** In the order in which they came. */
  readonly rows: readonly number[];
}

/** The groups of `rows`, sorted; a group by a number column's total, else by its label. */
export function groupRows(sample: Sample, rows: readonly number[], by: Grouping, sort: Sort): Group[] {
  const groups = new Map<string, number[]>(), label = LABELS[by];
  for (const row of rows) {
    const key = label(sample, row), members = groups.get(key);
    if (members === undefined) groups.set(key, [row]);
    else members.push(row);
  }
  const list = [...groups].map(([label, rows]): Group => ({ label, rows }));
  const sign = sort.descending ? -1 : 1, { column } = sort;
  const byLabel = (a: Group, b: Group) => a.label < b.label ? -1 : a.label > b.label ? 1 : 0;
  if (!isTotalled(column)) return list.sort((a, b) => sign * byLabel(a, b));
  const totals = new Map(list.map((group) => [group, total(sample, group, column) ?? -1]));
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
  return [label, ...columns.filter(({ id }) => id !== by && id !== "process")];
}

/** The group's name and how many flows of this sample it has. */
export function groupLabel(sample: Sample, { label, rows }: Group): string {
  return `${label} (${presentCount(sample, rows)})`;
}

/** Without those that ended before this sample. */
export function presentCount({ pastFrom = Infinity }: Sample, rows: readonly number[]): number {
  return rows.reduce((count, row) => row < pastFrom ? count + 1 : count, 0);
}

/** A column's cell for the whole group: the total, or what all rows have in common, or how many different ones there are. */
export function groupText(sample: Sample, group: Group, column: Column): string {
  if (isTotalled(column)) return valueText(column.unit, total(sample, group, column));
  const texts = new Set<string>();
  for (const row of group.rows) texts.add(column.text(sample, row));
  if (texts.size === 1) return [...texts][0];
  return column.value === undefined || column.id === "pid" ? `(${texts.size})` : "-";
}

/** null: not known of any row. */
export function total(sample: Sample, group: Group, column: NumberColumn): number | null {
  let sum: number | null = null;
  for (const row of group.rows) {
    const value = column.value(sample, row);
    if (value !== null) sum = (sum ?? 0) + value;
  }
  return sum;
}

/** Bytes, rates and counts add up; times, windows and process ids do not. */
function isTotalled(column: Column): column is NumberColumn {
  if (column.unit === undefined || column.id === "pid" || column.id === "cwnd") return false;
  return column.unit === "bytes" || column.unit === "bytes/s" || column.unit === "count";
}

const NOBODY = "(not known)";

const LABELS: Readonly<Record<Grouping, (sample: Sample, row: number) => string>> = {
  process: (sample, row) => harmless(flow.processName(sample, row) ?? NOBODY),
  remote: (sample, row) => {
    if (!flow.hasPeer(sample.flows, row)) return "(no peer)";
    return harmless(flow.remoteName(sample, row) ?? flow.remoteAddress(sample.flows, row));
  },
  port: ({ flows: f }, row) => `${servicePort(f, row)}/${flow.isTcp(f, row) ? "tcp" : "udp"}`,
  container: (sample, row) => {
    const container = flow.container(sample, row);
    return container === null ? "(none)" : harmless(container.name ?? container.id);
  },
};

/** The port that names the service: the one that was connected to; where that is not known, the lower one. */
function servicePort(f: Sample["flows"], row: number): number {
  const local = f.localPort[row], remote = f.remotePort[row], direction = flow.directionName(f, row);
  if (direction === "inbound" || remote === 0) return local;
  return direction === "outbound" ? remote : Math.min(local, remote);
}
