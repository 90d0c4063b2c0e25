/** The two lists that open over the table: what to sort by, and which columns to show. */
import { Canvas, Role } from "../canvas.ts";
import { type Column, COLUMNS, SCREEN_COLUMNS, TOTAL_RATE } from "../column.ts";
import type { Mode, ScreenState } from "./state.ts";

type Menu = Extract<Mode, { kind: "sort" | "columns" }>;

/** What the menu lists. */
export function menuColumns(kind: Menu["kind"]): readonly Column[] {
  return kind === "sort" ? [TOTAL_RATE, ...COLUMNS] : SCREEN_COLUMNS;
}

export function menuKey(state: ScreenState, { kind, index }: Menu, key: string): ScreenState {
  const columns = menuColumns(kind), last = columns.length - 1;
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
  return shown.length === 0 ? state : { ...state, shown, chosen: true };
}

const WIDTH = 24;

export function drawMenu(canvas: Canvas, state: ScreenState, mode: Menu): void {
  const columns = menuColumns(mode.kind), room = Math.max(1, Math.min(columns.length, canvas.rows - 4));
  const width = Math.min(WIDTH, canvas.columns), x = Math.max(0, canvas.columns - width - 2), y = 1;
  const top = Math.max(0, Math.min(mode.index - Math.floor(room / 2), columns.length - room));
  box(canvas, x, y, width, room + 2, mode.kind === "sort" ? " sort by " : " columns ");
  for (let line = 0; line < room; line++) {
    const column = columns[top + line], row = y + 1 + line;
    canvas.put(x + 1, row, ` ${mark(state, mode.kind, column)} ${column.id}`, Role.text, width - 2);
    if (top + line === mode.index) canvas.select(x + 1, row, width - 2);
  }
  canvas.put(
    x + 1,
    y + room + 1,
    mode.kind === "sort" ? " r reverse, enter " : " space toggle, enter ",
    Role.frame,
    width - 2,
  );
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
