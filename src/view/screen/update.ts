/** Keys and mouse to the next state: no clock, no terminal, no sample but for what a line is called. */
import type { Sample } from "../../flow/sample.ts";
import { type Column, columnById, HISTORY, TOTAL_RATE } from "../column.ts";
import { GROUPINGS } from "../group_key.ts";
import { showsNothing } from "../filter/told.ts";
import { placeColumns } from "../layout.ts";
import { ageText } from "../units.ts";
import { type Geometry, geometryOf, type ScreenState } from "./state.ts";
import type { Input } from "./input.ts";
import { GUTTER } from "./table.ts";
import { itemId, type Lines, scrolled, tableColumns } from "./lines.ts";
import { menuClick, menuKey, openSortMenu } from "./menu.ts";
import { STEPS } from "./moment.ts";
import { faster, inTime, keepIt, spaceBar } from "./player.ts";
import { askKill, killAnswer } from "./kill.ts";
import { openPrompt, promptInput } from "./prompt.ts";
import type { Part } from "./details.ts";
import { hintAt } from "./footer.ts";
import { helpKey } from "./help.ts";
import { keyText, LIKE_OTHERS } from "./key_names.ts";

/** What is on the screen while the input comes. */
export interface Surroundings {
  readonly sample: Sample | null;
  readonly lines: Lines;
  readonly geometry: Geometry;
  /** null: no details are open, or of nothing. */
  readonly details: Part | null;
  /** What must be known, a line each. */
  readonly notes: readonly string[];
}

const WHEEL_LINES = 3;
const INTERVALS_MS = [100, 200, 500, 1000, 2000, 5000, 10000, 30000, 60000] as const;

export function update(before: ScreenState, input: Input, around: Surroundings): ScreenState {
  const state: ScreenState = { ...before, notice: null, wish: null, step: null, skip: null };
  if (input.type === "key" && input.key === "ctrl-c") return { ...state, wish: "quit" };
  if (state.mode.kind === "prompt" && input.type !== "mouse") return promptInput(state, state.mode, input);
  if (input.type === "mouse") {
    // A terminal may report it all the same, as another program has left it.
    return state.mouse ? mouse(state, input, around, before) : { ...state, notice: before.notice };
  }
  if (input.type === "paste") return { ...state, notice: "a paste goes into the filter: / opens it" };
  if (state.mode.kind === "kill") return killAnswer(state, state.mode, input.key);
  const name = LIKE_OTHERS.get(input.key) ?? input.key;
  if (state.mode.kind === "help" || state.mode.kind === "notes") return helpKey(state, state.mode, name);
  if (state.mode.kind === "sort" || state.mode.kind === "columns") {
    const next = menuKey(state, state.mode, name);
    return next === state
      ? { ...state, notice: `${keyText(name)} does nothing here` }
      : withAdvice(state, next, around);
  }
  return key(state, name, around);
}

/** Of a column that has just been chosen and can show nothing it is said why. */
function withAdvice(before: ScreenState, now: ScreenState, { sample }: Surroundings): ScreenState {
  const added = now.shown.find((column) => !before.shown.includes(column));
  const column = added ?? (now.sort.column === before.sort.column ? undefined : now.sort.column);
  if (column === undefined || sample === null) return now;
  const why = showsNothing(column.id, sample.source, sample.commands !== undefined);
  return why === null ? now : { ...now, notice: `${column.title} stays empty: ${why}` };
}

type Action = (state: ScreenState, around: Surroundings) => ScreenState;

const GRAPHS: ReadonlyMap<ScreenState["graph"], string> = new Map([
  ["all", "graph of everything"],
  ["line", "graph of what is under the cursor"],
  [null, "no graph"],
]);

const BY_RATE = { column: TOTAL_RATE, descending: true };

const page = (around: Surroundings) => Math.max(1, around.geometry.bodyRows - 1);

const KEYS: ReadonlyMap<string, Action> = new Map(Object.entries<Action>({
  q: (state) => ({ ...state, wish: "quit" }),
  up: (state, around) => moved(state, state.index - 1, around),
  down: (state, around) => moved(state, state.index + 1, around),
  k: (state, around) => moved(state, state.index - 1, around),
  j: (state, around) => moved(state, state.index + 1, around),
  pageup: (state, around) => paged(state, around, -1),
  pagedown: (state, around) => paged(state, around, 1),
  end: (state, around) => moved(state, around.lines.items.length - 1, around),
  home: (state) => ({ ...state, cursor: null, index: 0, top: 0 }),
  enter: opened,
  right: (state, around) => expanded(state, around, true),
  left: (state, around) => expanded(state, around, false),
  escape: (state) => state.details ? { ...state, details: false } : { ...state, cursor: null, index: 0, top: 0 },
  " ": spaceBar,
  ".": (state) => faster(state, 1),
  ",": (state) => faster(state, -1),
  ...Object.fromEntries([...STEPS.keys()].map((key): [string, Action] => [key, (state) => inTime(state, key)])),
  w: keepIt,
  K: (state, { sample, lines }) => askKill(state, sample, lines.items[state.index]),
  "/": (state) => openPrompt(state),
  s: openSortMenu,
  S: (state) => sortedBy(state, -1),
  ">": (state) => sortedBy(state, 1),
  "<": (state) => sortedBy(state, -1),
  r: (state) => sorted(state, state.sort.column, !state.sort.descending),
  g: (state) => {
    const keys = GROUPINGS.filter((key) => key !== "host" || state.many);
    const next = [...keys, null][(state.group === null ? -1 : keys.indexOf(state.group)) + 1];
    // What only the groups from before could be sorted by.
    const sort = columnById(state.sort.column.id) === undefined ? BY_RATE : state.sort;
    const notice = `grouped by ${next ?? "nothing"}`;
    // Groups have no details, and on a small terminal the pane stands in the place of the table.
    return { ...state, group: next, sort, details: false, cursor: null, index: 0, top: 0, notice };
  },
  t: (state) => onlyProtocol(state, "tcp"),
  u: (state) => onlyProtocol(state, "udp"),
  L: (state) => ({
    ...state,
    listeners: !state.listeners,
    listenersOfFilter: false,
    notice: state.listeners ? "listening sockets hidden" : "listening sockets shown",
  }),
  b: (state) => ({
    ...state,
    pairs: !state.pairs,
    notice: `${state.pairs ? "each end is a row" : "both ends are one row"}${
      state.group === null ? "" : ", but in groups"
    }`,
  }),
  d: (state) => ({ ...state, names: !state.names, notice: state.names ? "addresses" : "names where they are known" }),
  a: (state) => {
    if (state.limit === 0) return { ...state, notice: "there is no limit (--limit 0)" };
    return { ...state, all: !state.all, notice: state.all ? `the top ${state.limit}` : "all, not the top ones alone" };
  },
  c: (state) => ({ ...state, mode: { kind: "columns", index: 0 } }),
  v: (state, { notes, geometry }) => {
    const graph = state.graph === null ? "all" : state.graph === "all" ? "line" : null;
    const next: ScreenState = { ...state, graph };
    const fits = graph === null || geometryOf(next, notes.length, geometry.detailsRows).graphRows > 0;
    return { ...next, notice: fits ? GRAPHS.get(graph)! : "no room for a graph" };
  },
  T: (state) => {
    const sinceStart = !state.sinceStart;
    const on = state.group === null ? "groups (g) will count what has ended too" : "groups count what has ended too";
    return { ...state, sinceStart, notice: sinceStart ? on : "groups count what is open" };
  },
  m: (state) => ({
    ...state,
    mouse: !state.mouse,
    notice: state.mouse ? "the mouse selects text, m takes it back" : "the mouse moves and clicks",
  }),
  B: (state) => ({ ...state, bits: !state.bits, notice: state.bits ? "rates in bytes" : "rates in bits" }),
  "+": (state) => interval(state, 1),
  "=": (state) => interval(state, 1),
  "-": (state) => interval(state, -1),
  "?": (state) => ({ ...state, mode: { kind: "help", top: 0 } }),
  "!": (state, { notes }) => ({ ...state, mode: { kind: "notes", top: 0, notes } }),
  h: (state) => ({ ...state, mode: { kind: "help", top: 0 } }),
  "ctrl-l": (state) => ({ ...state, wish: "redraw" }),
}));

function key(state: ScreenState, name: string, around: Surroundings): ScreenState {
  const action = KEYS.get(name);
  return action === undefined
    ? { ...state, notice: `${keyText(name)} does nothing, ? has the keys` }
    : action(state, around);
}

function moved(state: ScreenState, to: number, { sample, lines, geometry }: Surroundings): ScreenState {
  if (sample === null || lines.items.length === 0) return state;
  const index = Math.max(0, Math.min(to, lines.items.length - 1));
  return scrolled({ ...state, index, cursor: itemId(sample, lines.items[index]) }, lines, geometry.bodyRows);
}

/** Details that have more lines than there is room for are scrolled in place of the table. */
function paged(state: ScreenState, around: Surroundings, step: 1 | -1): ScreenState {
  const { details } = around;
  if (details === null || details.missing === 0) return moved(state, state.index + step * page(around), around);
  return detailsScrolled(state, details, step * Math.max(1, details.facts - 2)); // two may stand still
}

function detailsScrolled(state: ScreenState, { missing }: Part, lines: number): ScreenState {
  const from = Math.min(state.detailsTop, missing), detailsTop = Math.max(0, Math.min(from + lines, missing));
  if (detailsTop !== from) return { ...state, detailsTop };
  return {
    ...state,
    detailsTop,
    notice: lines < 0 ? "this is the begin of the details" : "this is the end of the details",
  };
}

/** Enter: a group opens or closes, a flow shows its details. */
function opened(state: ScreenState, around: Surroundings): ScreenState {
  const item = around.lines.items[state.index];
  if (item === undefined) return { ...state, details: false, notice: "nothing is under the cursor" };
  const held = moved(state, state.index, around);
  return typeof item === "number" ? { ...held, details: !state.details, detailsTop: 0 } : toggled(held, item.id);
}

/** Of a flow in a group, ← leads to the group. */
function expanded(state: ScreenState, around: Surroundings, open: boolean): ScreenState {
  const { items } = around.lines, item = items[state.index];
  if (state.group === null) return { ...state, notice: "g groups; → and ← then open and close" };
  if (typeof item === "number" && !open) {
    return moved(state, items.findLastIndex((one, i) => i < state.index && typeof one !== "number"), around);
  }
  if (item === undefined || typeof item === "number" || state.expanded.has(item.id) === open) return state;
  return toggled(state, item.id);
}

function toggled(state: ScreenState, id: string | null): ScreenState {
  const ids = new Set(state.expanded);
  if (!ids.delete(id)) ids.add(id);
  return { ...state, expanded: ids };
}

function onlyProtocol(state: ScreenState, protocol: "tcp" | "udp"): ScreenState {
  const next = state.protocol === protocol ? null : protocol;
  return { ...state, protocol: next, notice: next === null ? "TCP and UDP" : `only ${next.toUpperCase()}` };
}

function interval(state: ScreenState, step: 1 | -1): ScreenState {
  if (state.replay) return { ...state, notice: "a recording has the interval it was made with; , . change the speed" };
  const { intervalMs } = state;
  const next = step > 0 ? INTERVALS_MS.find((ms) => ms > intervalMs) : INTERVALS_MS.findLast((ms) => ms < intervalMs);
  const ms = next ?? intervalMs;
  const most = next !== undefined ? "" : step > 0 ? ", the longest" : ", the shortest";
  return { ...state, intervalMs: ms, notice: `interval ${ms < 1000 ? `${ms}ms` : ageText(ms)}${most}` };
}

/** The columns of the table that it can be sorted by, the total first. */
function sortable(state: ScreenState): Column[] {
  // What is shown in bits is sorted like what it is made of; what groups are of may be no column.
  const shown = tableColumns(state).map((column) => columnById(column.id) ?? column);
  return [TOTAL_RATE, ...shown.filter((column) => column !== TOTAL_RATE && column !== HISTORY)];
}

function sortedBy(state: ScreenState, step: 1 | -1): ScreenState {
  const columns = sortable(state), at = columns.findIndex(({ id }) => id === state.sort.column.id);
  // What the table lacks stands before its first column.
  const column = columns[(Math.max(0, at) + step + columns.length) % columns.length];
  return sorted(state, column, column.descending);
}

function sorted(state: ScreenState, column: Column, descending: boolean): ScreenState {
  const by = column === TOTAL_RATE ? "both rates together" : column.title;
  return { ...state, sort: { column, descending }, notice: `sorted by ${by}, ${descending ? "▼" : "▲"}` };
}

type Mouse = Extract<Input, { type: "mouse" }>;

/** `drawn`: the state that is on the screen. What it says in the last line is not in `state` any more, and the keys stand behind that. */
function mouse(
  state: ScreenState,
  { action, x, y }: Mouse,
  around: Surroundings,
  drawn: ScreenState,
): ScreenState {
  if (state.mode.kind !== "table") return withAdvice(state, mouseOver(state, action, x, y), around);
  const { geometry, details } = around;
  if (action !== "press") {
    const lines = action === "wheelup" ? -WHEEL_LINES : WHEEL_LINES, isOnDetails = y >= geometry.detailsY;
    if (details !== null && details.missing > 0 && isOnDetails) return detailsScrolled(state, details, lines);
    return moved(state, state.index + lines, around);
  }
  if (y === geometry.footY) {
    const hint = hintAt(drawn, around.lines, x);
    return hint === null ? state : key(state, hint, around);
  }
  if (y === geometry.titleY && geometry.bodyRows > 0) return titleClicked(state, x);
  const line = y - geometry.bodyY;
  if (line < 0 || line >= geometry.bodyRows || state.top + line >= around.lines.items.length) return state;
  const index = state.top + line;
  return index === state.index && state.cursor !== null ? opened(state, around) : moved(state, index, around);
}

/** What is open above the table. */
function mouseOver(state: ScreenState, action: Mouse["action"], x: number, y: number): ScreenState {
  const { mode } = state, isMenu = mode.kind === "sort" || mode.kind === "columns";
  if (action === "press") {
    if (isMenu) return menuClick(state, mode, x, y);
    return mode.kind === "prompt" ? state : { ...state, mode: { kind: "table" } };
  }
  if (isMenu) return menuKey(state, mode, wheelKey(action));
  return mode.kind === "help" || mode.kind === "notes" ? helpKey(state, mode, wheelKey(action)) : state;
}

function wheelKey(action: "wheelup" | "wheeldown"): string {
  return action === "wheelup" ? "up" : "down";
}

/** Sorts by the column; once more, the other way round. */
function titleClicked(state: ScreenState, x: number): ScreenState {
  const places = placeColumns(tableColumns(state), state.columns, GUTTER);
  const place = places.find((place) => x >= place.x && x < place.x + place.width);
  if (place === undefined || place.column === HISTORY) return state;
  // What is shown in bits is sorted like what it is made of.
  const column = columnById(place.column.id) ?? place.column, same = column.id === state.sort.column.id;
  return { ...state, sort: { column, descending: same ? !state.sort.descending : column.descending } };
}
