/** Rows put together: by who, by whom with, by what for, by where. */
import { plus, rxBytes, txBytes } from "../flow/row.ts";
import type { Sample } from "../flow/sample.ts";
import { type Column, columnById, type NumberColumn, TOTAL_RATE } from "./column.ts";
import { type Ended, presentRows } from "./ended.ts";
import * as flow from "./flow.ts";
import { groupId, type Grouping, groupKey, groupOf, keyLabel } from "./group_key.ts";
import { harmlessName } from "../harmless.ts";
import { firstKey, firstOf, type Sort } from "./sort.ts";
import { thousands } from "./units.ts";
import { type Cut, fitted, textCells } from "./width.ts";

export interface Group {
  /** What makes two rows one group; null: not known, or there is none. */
  readonly id: string | null;
  /** What its rows share, as the user reads it; null as above. */
  readonly key: string | null;
  /** The key, or what a table says in place of it. */
  readonly label: string;
  /** In the order in which they came. */
  readonly rows: readonly number[];
  /** What ended before the sample and is counted too; absent: only the sample is looked at. */
  readonly ended?: EndedRows;
}

export interface EndedRows {
  readonly ended: Ended;
  readonly rows: readonly number[];
}

/** All groups of `rows`, sorted by a number column's total; by a column that has none each as the first of its flows; by what they are groups of, and where
 * nothing tells them apart, by label. `past`: what counts of the flows that have ended: by what has
 * been moved, then, where it would be by the rate. */
export function groupRows(
  sample: Sample,
  rows: readonly number[],
  by: Grouping,
  sort: Sort,
  past?: EndedRows,
): Group[] {
  return firstGroups(sample, rows, by, sort, past, 0).groups;
}

export interface FirstGroups {
  readonly groups: Group[];
  /** How many there are without the limit. */
  readonly count: number;
}

/** What becomes a group if it is among those that are asked for: of many thousand most are not. */
interface Draft {
  readonly rows: readonly number[];
  readonly past: readonly number[];
  /** What it is sorted by; null: its label. */
  figure: number | string | null;
  group: Group | null;
}

/** The first `limit` of them, 0: all, and behind these the one that is `held` though the limit cuts it off. */
export function firstGroups(
  sample: Sample,
  rows: readonly number[],
  by: Grouping,
  sort: Sort,
  past: EndedRows | undefined,
  limit: number,
  isHeld: ((group: Pick<Group, "id" | "rows">) => boolean) | null = null,
): FirstGroups {
  const drafts = draftsOf(sample, rows, by, past), sign = sort.descending ? -1 : 1;
  const finished = (draft: Draft): Group => draft.group ??= groupOfDraft(sample, draft, by, past);
  figure(sample, drafts, by, sort, past);
  const compare = (a: number, b: number) => {
    const x = drafts[a], y = drafts[b], isByLabel = x.figure === null;
    const byFigure = isByLabel ? 0 : sign * order(x.figure!, y.figure!);
    return byFigure || (isByLabel ? sign : 1) * order(finished(x).label, finished(y).label);
  };
  const first = firstOf(Array.from(drafts.keys()), compare, limit);
  const groups = first.map((at) => finished(drafts[at]));
  if (isHeld !== null && first.length < drafts.length && !groups.some(isHeld)) {
    const held = drafts.find((draft) => isHeld({ id: groupId(...oneOf(sample, draft, past), by), rows: draft.rows }));
    if (held !== undefined) groups.push(finished(held));
  }
  return { groups, count: drafts.length };
}

function draftsOf(sample: Sample, rows: readonly number[], by: Grouping, past: EndedRows | undefined): Draft[] {
  const draft = (rows: readonly number[], past = NO_ROWS): Draft => ({ rows, past, figure: null, group: null });
  if (past === undefined) return [...groupedRows(rows, groupOf(sample, by)).values()].map((rows) => draft(rows));
  const groups = groupedRows(presentRows(sample, rows), (row) => groupId(sample, row, by)), then = past.ended;
  // A sum of 0 is of flows that have ended in this very sample, and are among its own.
  const isTold = (row: number) => then.counts[row] > 0 && (!then.merged[row] || OF_OWNER.has(by));
  const ended = groupedRows(past.rows.filter(isTold), (row) => groupId(then.sample, row, by));
  return [...new Set([...groups.keys(), ...ended.keys()])].map((id) => draft(groups.get(id) ?? NO_ROWS, ended.get(id)));
}

const NO_ROWS: readonly number[] = [];

function groupOfDraft(sample: Sample, draft: Draft, by: Grouping, past: EndedRows | undefined): Group {
  const one = oneOf(sample, draft, past), key = groupKey(...one, by);
  const group = { id: groupId(...one, by), key, label: keyLabel(key, by), rows: draft.rows };
  return past === undefined ? group : { ...group, ended: { ended: past.ended, rows: draft.past } };
}

/** A row of it, in its sample. */
function oneOf(sample: Sample, { rows, past: before }: Draft, past: EndedRows | undefined): [Sample, number] {
  return rows.length > 0 ? [sample, rows[0]] : [past!.ended.sample, before[0]];
}

/** Says what each is sorted by, if that is a figure. */
function figure(sample: Sample, drafts: Draft[], by: Grouping, sort: Sort, past: EndedRows | undefined): void {
  const column = past !== undefined && sort.column === TOTAL_RATE ? null : sort.column;
  if (column !== null && (column.id === by || columnById(column.id) === undefined)) return;
  if (column !== null && !isTotalled(column)) {
    for (const draft of drafts) draft.figure = firstKey(sample, draft.rows, sort);
    return;
  }
  const value = column?.value ?? movedBytes;
  for (const draft of drafts) {
    const ended = past === undefined ? null : total(past.ended.sample, draft.past, value);
    draft.figure = plus(total(sample, draft.rows, value), ended) ?? -1;
  }
}

const order = <T extends number | string>(a: T, b: T) => a < b ? -1 : a > b ? 1 : 0;

/** Groupings that need neither peer nor port. */
const OF_OWNER: ReadonlySet<Grouping> = new Set(["process", "container", "cgroup", "host"]);

function groupedRows<T>(rows: readonly number[], of: (row: number) => T): Map<T, number[]> {
  const groups = new Map<T, number[]>();
  for (const row of rows) {
    const shared = of(row), members = groups.get(shared);
    if (members === undefined) groups.set(shared, [row]);
    else members.push(row);
  }
  return groups;
}

/** In and out together. */
function movedBytes({ flows }: Sample, row: number): number | null {
  const rx = rxBytes(flows, row), tx = txBytes(flows, row);
  return rx === null && tx === null ? null : (rx ?? 0) + (tx ?? 0);
}

/** Names whose end says more than their beginning. */
const LAST_TELLS: ReadonlySet<Grouping> = new Set(["remote", "cgroup"]);

/** The columns of a table of groups: what they are grouped by stands first, as the label. */
export function groupColumns(columns: readonly Column[], by: Grouping): Column[] {
  const label: Column = {
    id: by,
    title: by.toUpperCase(),
    floor: 24,
    weight: 3,
    align: "left",
    cut: LAST_TELLS.has(by) ? "begin" : "end",
    drop: 0,
    descending: false,
    // What a single flow shows below its group.
    text: (sample, row) => harmlessName(flow.processName(sample, row) ?? "-"),
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

/** Fewer cells of a name say nothing. */
const LEAST_NAME = 4;

/** The group's name, how many flows of this sample it has, and how many ended before, where those are counted. In `cells` the name gives way to the counts. */
export function groupLabel(sample: Sample, group: Group, cells = Infinity, cut: Cut = "end"): string {
  const ended = endedCount(group), present = thousands(known(sample, group).present.length);
  const counts = ` (${present}${ended ? ` +${thousands(ended)}` : ""})`, room = cells - textCells(counts);
  if (textCells(group.label) <= room) return `${group.label}${counts}`;
  return room < LEAST_NAME ? fitted(group.label, cells, cut) : `${fitted(group.label, room, cut)}${counts}`;
}

/** How many flows of the group ended before the sample; null: that is not counted. */
export function endedCount({ ended }: Group): number | null {
  return ended === undefined ? null : ended.rows.reduce((sum, row) => sum + ended.ended.counts[row], 0);
}

/** What has been found out about a group. Groups are made anew with each sample, so it stays true. A group may have all rows of the sample, and is drawn with every
 * key: they are gone through once. */
interface Known {
  /** Rows of flows that did not end before the sample. */
  readonly present: readonly number[];
  readonly cells: Map<Column, string>;
}

const knownOf = new WeakMap<Group, Known>();

function known(sample: Sample, group: Group): Known {
  const before = knownOf.get(group);
  if (before !== undefined) return before;
  const made: Known = { present: presentRows(sample, group.rows), cells: new Map() };
  knownOf.set(group, made);
  return made;
}

/** A column's cell for the whole group: the total, or what all rows have in common, or how many different ones there are. */
export function groupText(sample: Sample, group: Group, column: Column): string {
  const { present, cells } = known(sample, group);
  let text = cells.get(column);
  if (text === undefined) cells.set(column, text = cellText(sample, group, present, column));
  return text;
}

function cellText(sample: Sample, group: Group, present: readonly number[], column: Column): string {
  const { ended } = group;
  if (column.ofGroup !== undefined) return column.ofGroup(sample, group.rows);
  if (isTotalled(column)) return column.say(groupTotal(sample, group, column.value));
  // How many different ones: of the flows that the label counts, if there are any.
  const rows = present.length > 0 ? present : group.rows;
  if (rows.length === 0 && !SHARED.has(column.id)) return "-";
  const numberOf = column.numbers?.(sample, rows) ?? null;
  if (numberOf !== null) {
    const numbers = new Set<number>();
    for (const row of rows) numbers.add(numberOf(row));
    return numbers.size === 1 ? column.text(sample, rows[0]) : `(${numbers.size})`;
  }
  const counted = column.value === undefined || column.id === "pid", texts = new Set<string>();
  for (const row of rows) {
    texts.add(column.text(sample, row));
    if (!counted && texts.size > 1) return "-";
  }
  if (ended !== undefined && SHARED.has(column.id)) {
    for (const row of ended.rows) texts.add(column.text(ended.ended.sample, row));
  }
  return texts.size === 1 ? [...texts][0] : `(${texts.size})`;
}

/** What is known of flows that have ended, beside what adds up. */
const SHARED: ReadonlySet<string> = new Set(["process", "user", "container", "protocol", "direction", "exe"]);

/** The sum over the group, with what ended before if that is counted. */
export function groupTotal(sample: Sample, { rows, ended }: Group, value: NumberColumn["value"]): number | null {
  const sum = total(sample, rows, value);
  return ended === undefined ? sum : plus(sum, total(ended.ended.sample, ended.rows, value));
}

/** The sum over the rows of which it is known; null: over none. */
export function total(sample: Sample, rows: readonly number[], value: NumberColumn["value"]): number | null {
  let sum = 0, isKnown = false;
  for (const row of rows) {
    const one = value(sample, row);
    if (one === null) continue;
    sum += one;
    isKnown = true;
  }
  return isKnown ? sum : null;
}

/** Counts and rates that say something of one connection alone. */
const NOT_TOTALLED: ReadonlySet<string> = new Set(["pid", "cwnd", "mss", "delivery", "pacing"]);

/** Bytes, rates and counts add up; times, windows and process ids do not. */
export function isTotalled(column: Column): column is NumberColumn {
  if (column.unit === undefined || NOT_TOTALLED.has(column.id)) return false;
  return column.unit === "bytes" || column.unit === "bytes/s" || column.unit === "count";
}
