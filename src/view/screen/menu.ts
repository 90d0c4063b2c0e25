/** The two lists that open over the table: what to sort by, and which columns to show. */
import { Canvas, Role } from "../canvas.ts";
import { type Column, HISTORY, HOST, SCREEN_COLUMNS, TOTAL_RATE } from "../column.ts";
import { fitted } from "../width.ts";
import type { Mode, ScreenState } from "./state.ts";

type Menu = Extract<Mode, { kind: "sort" | "columns" }>;

/** What the menu lists. */
export function menuColumns(kind: Menu["kind"], { many }: ScreenState): readonly Column[] {
  if (kind === "columns") return SCREEN_COLUMNS;
  return [TOTAL_RATE, ...SCREEN_COLUMNS.filter((column) => column !== HISTORY && (many || column !== HOST))];
}

/** On what the table is sorted by. */
export function openSortMenu(state: ScreenState): ScreenState {
  const index = Math.max(0, menuColumns("sort", state).indexOf(state.sort.column));
  return { ...state, mode: { kind: "sort", index } };
}

export function menuKey(state: ScreenState, { kind, index }: Menu, key: string): ScreenState {
  const columns = menuColumns(kind, state), last = columns.length - 1;
  const at = (to: number): ScreenState => {
    const next = { ...state, mode: { kind, index: Math.max(0, Math.min(to, last)) } };
    return kind === "sort" ? sorted(next, columns[next.mode.index]) : next;
  };
  switch (key) {
    case "down":
    case "j":
    case "s":
      return at(index + 1);
    case "up":
    case "k":
    case "S":
      return at(index - 1);
    case "pagedown":
      return at(index + PAGE);
    case "pageup":
      return at(index - PAGE);
    case "home":
      return at(0);
    case "end":
      return at(last);
    case "r":
      return kind === "sort" ? { ...state, sort: { ...state.sort, descending: !state.sort.descending } } : state;
    case " ":
      return kind === "columns" ? toggled(state, columns[index]) : { ...state, mode: { kind: "table" } };
    case "enter":
    case "escape":
    case "q":
    case "c":
      return { ...state, mode: { kind: "table" } };
    default:
      return state;
  }
}

function sorted(state: ScreenState, column: Column): ScreenState {
  return column === state.sort.column ? state : { ...state, sort: { column, descending: column.descending } };
}

/** In the registry's order; the last one stays. */
function toggled(state: ScreenState, column: Column): ScreenState {
  const has = state.shown.includes(column);
  const shown = has
    ? state.shown.filter((one) => one !== column)
    : SCREEN_COLUMNS.filter((one) => one === column || state.shown.includes(one));
  return shown.length === 0 ? { ...state, notice: "one column stays" } : { ...state, shown, chosen: true };
}

const WIDTH = 24, PAGE = 10;

/** Where it is, and which part of the list it shows: `top` is the first of `room` lines. */
function placeOf(state: ScreenState, { kind, index }: Menu) {
  const { length } = menuColumns(kind, state), room = Math.max(1, Math.min(length, state.rows - 4));
  const width = Math.min(WIDTH, state.columns), x = Math.max(0, state.columns - width - 2);
  // On a low terminal the line under the cursor stands above the last one, rather than the frame.
  const y = Math.max(-1, Math.min(1, state.rows - 3));
  return { x, y, width, room, top: Math.max(0, Math.min(index - Math.floor(room / 2), length - room)) };
}

/** A click on a line chooses it, elsewhere it closes the menu. */
export function menuClick(state: ScreenState, mode: Menu, x: number, y: number): ScreenState {
  const place = placeOf(state, mode), line = y - place.y - 1;
  const isIn = x > place.x && x < place.x + place.width - 1 && line >= 0 && line < place.room;
  if (!isIn) return { ...state, mode: { kind: "table" } };
  const columns = menuColumns(mode.kind, state), index = place.top + line, now = { ...state, mode: { ...mode, index } };
  return mode.kind === "sort" ? sorted(now, columns[index]) : toggled(now, columns[index]);
}

export function drawMenu(canvas: Canvas, state: ScreenState, mode: Menu): void {
  const columns = menuColumns(mode.kind, state), { x, y, width, room, top } = placeOf(state, mode);
  box(canvas, x, y, width, room + 2, mode.kind === "sort" ? " sort by " : " columns ");
  if (top > 0) canvas.put(x + width - 3, y, "↑", Role.strong);
  for (let line = 0; line < room; line++) {
    const column = columns[top + line], row = y + 1 + line;
    canvas.put(x + 1, row, ` ${mark(state, mode.kind, column)} ${column.id}`, Role.text, width - 2);
    if (top + line === mode.index) canvas.select(x + 1, row, width - 2);
  }
  canvas.put(
    x + 1,
    y + room + 1,
    fitted(mode.kind === "sort" ? " r reverse, enter " : " space shows, enter ", width - 4),
    Role.frame,
  );
  if (top + room < columns.length) canvas.put(x + width - 3, y + room + 1, "↓", Role.strong);
}

function mark(state: ScreenState, kind: Menu["kind"], column: Column): string {
  if (kind === "columns") return state.shown.includes(column) ? "[x]" : "[ ]";
  return column === state.sort.column ? state.sort.descending ? "▼" : "▲" : " ";
}

/** A frame with a title, blank inside. */
export function box(canvas: Canvas, x: number, y: number, width: number, height: number, title: string): void {
  for (let row = y; row < y + height; row++) {
    const edge = row === y ? ["┌", "─", "┐"] : row === y + height - 1 ? ["└", "─", "┘"] : ["│", " ", "│"];
    canvas.put(x, row, edge[0] + edge[1].repeat(Math.max(0, width - 2)) + edge[2], Role.frame, width);
  }
  canvas.put(x + 2, y, title, Role.strong, width - 4);
}
