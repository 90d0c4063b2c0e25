import type { Sample } from "../../flow/sample.ts";
import { type Column, columnById, inUnits, SCREEN_COLUMNS, TOTAL_RATE } from "../column.ts";
import { peerRow } from "../../flow/peer.ts";
import { flowId, isFlow } from "../../flow/row.ts";
import type { Ended } from "../ended.ts";
import { firstGroups, type Group, groupColumns } from "../group.ts";
import { chosenRows, selected } from "../selection.ts";
import { sortedRows } from "../sort.ts";
import { textCells } from "../width.ts";
import type { ScreenState } from "./state.ts";

/** A line of the table: a row of the sample, or a group of them. */
export type Item = number | Group;

export interface Lines {
  readonly items: readonly Item[];
  /** How many flows, or groups, there are without the limit. */
  readonly matching: number;
  /** Some of them are two ends. */
  readonly folded: boolean;
}

/** What a table of this state has to show of the sample, first line first. */
export function linesOf(sample: Sample, state: ScreenState, ended: Ended | null): Lines {
  const { sort, group } = state, limit = state.all ? 0 : state.limit;
  if (group === null) {
    const { rows: items, matching, folded } = selected(sample, { ...state, limit });
    return { items, matching, folded };
  }
  const rows = chosenRows(sample, state);
  const past = ended === null ? undefined : { ended, rows: chosenRows(ended.sample, state) };
  const { groups, count } = firstGroups(sample, rows, group, sort, past, limit, heldBy(sample, state)),
    items: Item[] = [];
  for (const one of groups) {
    items.push(one);
    if (state.expanded.has(one.id)) { for (const row of sortedRows(sample, one.rows, sort)) items.push(row); }
  }
  return { items, matching: count, folded: false };
}

/** Of the group that the cursor is on, or in. */
function heldBy(sample: Sample, { cursor, expanded }: ScreenState) {
  if (cursor === null) return null;
  const isIt = isFlow(sample.flows, cursor);
  return ({ id, rows }: Pick<Group, "id" | "rows">) =>
    groupItemId(id) === cursor || expanded.has(id) && rows.some((row) => isIt(row));
}

/** The same line has the same id in the next sample. */
export function itemId(sample: Sample, item: Item): string {
  return typeof item === "number" ? flowId(sample.flows, item) : groupItemId(item.id);
}

const groupItemId = (id: string | null) => id === null ? "group" : `group ${id}`;

/** What has been moved in all stays on a narrow terminal where it is what the groups are there for. */
const PINNED: ReadonlyMap<string, Column> = new Map(
  ["rx", "tx"].map((id) => [id, { ...columnById(id)!, drop: 0 }]),
);

/** What the columns depend on. */
const LAYOUT = ["shown", "chosen", "group", "bits", "sinceStart", "sort"] as const;
/** The columns asked for last: as long as nobody chooses others they are the same ones, and keep their places. */
let last: { readonly state: ScreenState; readonly columns: readonly Column[] } | null = null;

/** The columns of this state's table. They do not depend on the terminal's width, so that a wider one has all that a narrower one has. */
export function tableColumns(state: ScreenState): readonly Column[] {
  if (last === null || LAYOUT.some((part) => last!.state[part] !== state[part])) {
    last = { state, columns: columnsOf(state) };
  }
  return last.columns;
}

function columnsOf(state: ScreenState): readonly Column[] {
  const { group } = state, shown = withSorted(state);
  const columns = inUnits(group === null ? shown : groupColumns(shown, group), state.bits);
  const pinned = group !== null && state.sinceStart
    ? columns.map((column) => PINNED.get(column.id) ?? column)
    : columns;
  return pinned.map((column) => isSortedBy(state, column) ? staying(column) : column);
}

/** With room for the arrow behind its title. */
function staying(column: Column): Column {
  return { ...column, floor: Math.max(column.floor, textCells(column.title) + 1), stays: true };
}

/** With the column that the table is sorted by, if it was only left out because nobody has chosen columns. */
function withSorted({ shown, chosen, sort: { column } }: ScreenState): readonly Column[] {
  if (chosen || column === TOTAL_RATE || shown.includes(column)) return shown;
  return SCREEN_COLUMNS.filter((one) => one === column || shown.includes(one));
}

/** The total of both rates has no column of its own: both of them carry the arrow. */
export function isSortedBy({ sort, sinceStart, group }: ScreenState, column: Column): boolean {
  // Groups that count what has ended are sorted by what they have moved.
  if (sort.column === TOTAL_RATE && sinceStart && group !== null) return column.id === "rx" || column.id === "tx";
  if (sort.column === TOTAL_RATE) return column.id === "rx/s" || column.id === "tx/s" || column.id === TOTAL_RATE.id;
  return sort.column.id === column.id;
}

/** Said where the cursor cannot stay on its flow or group, and comes to be on another: the next key is for that one. */
const NOT_HERE = "what was under the cursor is not here, this is another";

/** Keeps the cursor on its line's flow and that line where it is on the screen, as far as it can be. */
export function followed(state: ScreenState, before: Lines, now: Lines, sample: Sample, bodyRows: number): ScreenState {
  if (state.cursor === null) return scrolled({ ...state, index: 0, top: 0 }, now, bodyRows);
  const at = before === now ? state.index : lineOf(sample, now, state.cursor, state.index), isLost = at < 0;
  const index = Math.max(0, Math.min(isLost ? state.index : at, now.items.length - 1));
  const top = state.top + index - state.index, isEmpty = now.items.length === 0;
  const cursor = isEmpty ? state.cursor : itemId(sample, now.items[index]);
  const notice = isLost && !isEmpty ? state.notice ?? NOT_HERE : state.notice;
  return scrolled({ ...state, index, top, cursor, notice }, now, bodyRows);
}

/** Where this flow or group is, or the row that the flow has become one with; -1: it is not there. */
function lineOf(sample: Sample, now: Lines, id: string, near: number): number {
  const found = indexOf(sample, now, id, near);
  return found >= 0 ? found : otherIndex(sample, now, id);
}

/** The state with the cursor on the screen and no blank line that could show a flow. */
export function scrolled(state: ScreenState, { items }: Lines, bodyRows: number): ScreenState {
  const most = Math.max(0, items.length - bodyRows);
  let top = Math.min(Math.max(state.top, state.index - bodyRows + 1), state.index);
  top = Math.max(0, Math.min(top, most));
  return top === state.top ? state : { ...state, top };
}

/** Looks near where it was first. */
function indexOf(sample: Sample, { items }: Lines, id: string, near: number): number {
  if (near >= 0 && near < items.length && itemId(sample, items[near]) === id) return near;
  const isIt = isFlow(sample.flows, id);
  return items.findIndex((item) => typeof item === "number" ? isIt(item) : itemId(sample, item) === id);
}

/** The line of the other end of the row that had the cursor: it has become one row with that. */
function otherIndex(sample: Sample, { items, folded }: Lines, id: string): number {
  if (!folded) return -1;
  const isIt = isFlow(sample.flows, id);
  for (let row = 0; row < sample.length; row++) if (isIt(row)) return items.indexOf(peerRow(sample, row));
  return -1;
}
