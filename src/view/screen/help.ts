/** The keys and the filter language on one page. */
import { Canvas, Role } from "../canvas.ts";
import { FIELDS } from "../filter/fields.ts";
import { GROUPINGS } from "../group_key.ts";
import { counted } from "../units.ts";
import { fitted, textCells, wrapped } from "../width.ts";
import { box } from "./menu.ts";
import type { Mode, ScreenState } from "./state.ts";

type Line = readonly [keys: string, does: string];

const KEYS: readonly Line[] = [
  ["up down j k", "move; the cursor stays on its flow"],
  ["PgUp PgDn Home End", "move further; Home lets go of the flow"],
  ["enter", "details of the flow; open or close a group"],
  ["space", "freeze the screen; counting goes on"],
  ["[ ] { }", "back and forth in time: a sample, a minute"],
  ["( )", "the oldest that is remembered, now"],
  [", .", "a replay slower, faster; space: pause"],
  ["w", "keep what is remembered in a file, for --replay"],
  ["K", "end the connection, with --allow-kill; asks first"],
  ["/", "filter; up and down: those from before"],
  ["s", "choose the sort column"],
  ["< >", "sort by the column before, after"],
  ["r", "reverse the order"],
  ["g", `group by ${GROUPINGS.filter((key) => key !== "host").join(", ")}`],
  ["right left", "open, close a group"],
  ["t u L", "only TCP, only UDP, listening sockets"],
  ["d", "names or addresses"],
  ["b", "both ends inside this machine as one row, or two"],
  ["a", "all flows, or the top ones"],
  ["c", "choose columns"],
  ["T", "groups count what has ended too, since tcptop began"],
  ["v", "graph of everything, of the line under the cursor, none"],
  ["m", "leave the mouse to the terminal: it selects text"],
  ["B", "rates in bits or bytes"],
  ["+ -", "longer, shorter interval"],
  ["^L", "draw again"],
  ["q ^C", "quit"],
  ["F1 F3 F6 F9 F10", "as in htop: help, filter, sort, end, quit"],
  ["G ^F ^B", "as in less: to the end, a page on, a page back"],
  ["!", "the lines of the head that begin with !, whole"],
  ["mouse", "wheel moves, a click chooses, on a title sorts"],
];

const SIGNS: readonly Line[] = [
  ["+ ×", "new in the last 3 s; ended in the last 5 s"],
  ["!", "datagrams did not reach the process"],
  ["?", "of a silent host: its last figures"],
  ["KiB kB kbit", "1,024 bytes, 1,000 bytes, 1,000 bits"],
];

const FILTERS: readonly Line[] = [
  ["word", "in process, user, address, name, port, pid or state"],
  ...[...FIELDS].map(([id, { about, example }]): Line => [`${id}:${example}`, about]),
  ["failed", "connections that never were established"],
  ["rtt>50ms rx/s>1MiB", "number columns by > >= < <= = !="],
  ["and or not ( )", 'side by side means and; quotes: "and"'],
];

const ALL = [...KEYS, ...SIGNS, ...FILTERS];

/** The widest and a blank. */
const KEY_CELLS = 1 + Math.max(...ALL.map(([keys]) => textCells(keys)));

/** As wide a terminal has room for keys and filters side by side, with the longest line on either. */
const SIDE_BY_SIDE = 2 * (KEY_CELLS + Math.max(...ALL.map(([, does]) => textCells(does))) + 4);

/** What the box shows: the keys, or what must be known, whole. */
export type HelpMode = Extract<Mode, { kind: "help" | "notes" }>;

/** A line of a note is a text without a key. */
function notesLines(notes: readonly string[], width: number): Line[] {
  const cells = Math.max(2, width - 6);
  return notes.flatMap((note) => wrapped(note, cells).map((line, i): Line => ["", `${i === 0 ? "!" : " "} ${line}`]));
}

/** Side by side where there is room. */
function helpColumns(width: number, mode: HelpMode): (Line | string)[][] {
  if (mode.kind === "notes") {
    return [mode.notes.length === 0 ? ["Nothing must be known."] : notesLines(mode.notes, width)];
  }
  const keys: (Line | string)[] = ["Keys", ...KEYS, "", "Signs", ...SIGNS], filters = ["Filter", ...FILTERS];
  return width >= SIDE_BY_SIDE ? [keys, filters] : [[...keys, "", ...filters]];
}

interface Size {
  readonly columns: number;
  readonly rows: number;
}

const linesOf = ({ columns }: Size, mode: HelpMode) =>
  Math.max(...helpColumns(columns, mode).map(({ length }) => length));
const roomOf = ({ rows }: Size) => Math.max(0, rows - 2);

/** Lines that a page moves: none is passed over. */
export function helpPage(size: Size): number {
  return Math.max(1, Math.min(10, roomOf(size)));
}

/** The first line that is shown, of those that have enough lines behind them the one that is wanted. */
export function helpTop(size: Size, mode: HelpMode): number {
  return Math.max(0, Math.min(mode.top, linesOf(size, mode) - roomOf(size)));
}

const HELP_STEPS: ReadonlyMap<string, (page: number) => number> = new Map(
  Object.entries<(page: number) => number>({
    down: () => 1,
    j: () => 1,
    up: () => -1,
    k: () => -1,
    pagedown: (page) => page,
    " ": (page) => page,
    pageup: (page) => -page,
    end: () => Infinity,
    home: () => -Infinity,
  }),
);

/** A key while the help is open: what moves in it, and every other one closes it. */
export function helpKey(state: ScreenState, mode: HelpMode, key: string): ScreenState {
  const step = HELP_STEPS.get(key)?.(helpPage(state));
  if (step === undefined) return { ...state, mode: { kind: "table" } };
  const wanted = { ...mode, top: helpTop(state, mode) + step };
  return { ...state, mode: { ...mode, top: helpTop(state, wanted) } };
}

export function drawHelp(canvas: Canvas, mode: HelpMode): void {
  box(canvas, 0, 0, canvas.columns, canvas.rows, mode.kind === "help" ? " help " : " to know ");
  const columns = helpColumns(canvas.columns, mode), room = roomOf(canvas), from = helpTop(canvas, mode);
  const cells = Math.floor(canvas.columns / columns.length);
  columns.forEach((lines, i) =>
    drawLines(canvas, lines.slice(from, from + room), i === 0 ? 2 : cells, cells - (i === 0 ? 4 : 2))
  );
  const lines = linesOf(canvas, mode),
    more = lines - from - room,
    closes = `any ${lines > room ? "other " : ""}key closes`;
  const foot = more > 0 ? ` ↓ ${counted(more, "more [line|lines]")} · ${closes} ` : ` ${closes} `;
  canvas.put(2, canvas.rows - 1, fitted(foot, Math.max(0, canvas.columns - 3)), Role.frame);
}

function drawLines(canvas: Canvas, lines: readonly (Line | string)[], x: number, cells: number): void {
  lines.forEach((line, i) => {
    if (typeof line === "string") canvas.put(x, 1 + i, fitted(line, cells), Role.strong);
    else if (line[0] === "") canvas.put(x, 1 + i, fitted(line[1], cells), Role.text);
    else {
      const end = canvas.put(x, 1 + i, fitted(line[0], Math.min(KEY_CELLS, cells)), Role.label);
      const at = Math.max(x + KEY_CELLS, end + 1);
      canvas.put(at, 1 + i, fitted(line[1], Math.max(0, x + cells - at)), Role.text);
    }
  });
}
