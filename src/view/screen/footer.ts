/** The last line: the keys, or what is being typed, and how much of everything is shown. */
import { Canvas, Role } from "../canvas.ts";
import { counted, thousands } from "../units.ts";
import { fitted, textCells } from "../width.ts";
import type { Lines } from "./lines.ts";
import { speedText } from "./player.ts";
import type { Mode, ScreenState } from "./state.ts";

/** As many as fit are shown, and a click on one is its key. */
const HINTS: readonly (readonly [shown: string, does: string, key: string])[] = [
  ["q", "quit", "q"],
  ["?", "help", "?"],
  ["/", "filter", "/"],
  ["s", "sort", "s"],
  ["g", "group", "g"],
  ["⏎", "details", "enter"],
  ["␣", "freeze", " "],
  ["d", "names", "d"],
  ["a", "all", "a"],
  ["b", "ends", "b"],
  ["c", "columns", "c"],
  ["t", "tcp", "t"],
  ["u", "udp", "u"],
  ["L", "listening", "L"],
  ["r", "reverse", "r"],
  ["+ -", "interval", "+"],
  ["v", "graph", "v"],
  ["T", "totals", "T"],
  ["m", "mouse", "m"],
  ["B", "bits", "B"],
];

/** While the past is shown these come first. */
const STEP_HINTS: typeof HINTS = [
  ["[ ]", "a sample", "["],
  ["{ }", "a minute", "{"],
  ["(", "oldest", "("],
  [")", "now", ")"],
  ["w", "keep", "w"],
];

function playerHints(state: ScreenState): typeof HINTS {
  const { paused, atEnd } = state;
  const plays: typeof HINTS = [
    ["␣", paused ? "play" : "pause", " "],
    [", .", `speed ${speedText(state)}`, "."],
  ];
  return [
    ...atEnd ? [] : plays,
    ["[ ]", "a sample", "["],
    ["{ }", "a minute", "{"],
  ];
}

function hintsOf(state: ScreenState): typeof HINTS {
  const first: [string, string, string][] = state.allowKill ? [["K", "end it", "K"]] : [];
  if (state.unread) first.push(["!", "notes", "!"]);
  return [...first, ...othersOf(state)];
}

function othersOf(state: ScreenState): typeof HINTS {
  const { moment, historyMs, replay } = state;
  // A recording has the interval that it was made with.
  const others = HINTS.filter(([, , key]) => key !== " " && !(replay && key === "+"));
  if (moment !== null) return [...STEP_HINTS, ...others];
  if (replay) return [...playerHints(state), ...others];
  if (historyMs === 0) return HINTS;
  return HINTS.flatMap((hint) => hint[2] === " " ? [hint, ["[ ]", "past", "["] as const] : [hint]);
}

export function drawFoot(canvas: Canvas, state: ScreenState, lines: Lines, y: number): void {
  if (state.mode.kind === "prompt") return drawPrompt(canvas, state, state.mode, lines, y);
  if (state.mode.kind === "kill") return drawQuestion(canvas, state.mode.text, y);
  canvas.fill(0, y, canvas.columns, Role.bar);
  const said = status(state), right = shownCount(state, lines), end = canvas.columns - textCells(right) - 1;
  const from = said === "" ? 0 : canvas.put(0, y, ` ${fitted(said, Math.max(0, end - 3))} `, Role.badge, end);
  for (const { x, shown, does } of hints(state, lines, from, end)) {
    canvas.put(canvas.put(x, y, shown, Role.key) + 1, y, does, Role.bar);
  }
  canvas.put(end, y, right, Role.bar);
}

/** The key that the hint at `x` stands for; null: none does. */
export function hintAt(state: ScreenState, lines: Lines, x: number): string | null {
  const said = status(state), end = state.columns - textCells(shownCount(state, lines)) - 1;
  const from = said === "" ? 0 : Math.min(end, textCells(fitted(said, Math.max(0, end - 3))) + 2);
  return hints(state, lines, from, end).find((hint) => x >= hint.x && x < hint.x + hint.cells)?.key ?? null;
}

/** The keys whose signs ASCII has not. */
const WORDS: ReadonlyMap<string, string> = new Map([["⏎", "enter"], ["␣", "space"]]);

function hints(state: ScreenState, { items }: Lines, from: number, end: number) {
  const placed = [], item = items[state.index];
  const enter = typeof item !== "object" ? "details" : state.expanded.has(item.id) ? "close" : "open";
  let x = from + 1;
  for (const [sign, usual, key] of hintsOf(state)) {
    const does = key === "enter" ? enter : usual;
    const shown = state.ascii ? WORDS.get(sign) ?? sign : sign;
    const cells = textCells(shown) + 1 + textCells(does);
    if (x + cells + 1 > end) break;
    placed.push({ x, cells, shown, does, key });
    x += cells + 2;
  }
  return placed;
}

function status({ notice, filter, filterText, protocol }: ScreenState): string {
  if (notice !== null) return notice;
  const only = protocol === null ? [] : [`only ${protocol.toUpperCase()}`];
  return [...only, ...filter === null ? [] : [`filter ${filterText}`]].join(", ");
}

/** Cells of the first key and what it does. */
const LEAST_HINT = 9;

/** How much is shown, if what the last key did, else a key, has room beside it. */
function shownCount(state: ScreenState, lines: Lines): string {
  const text = countText(state, lines), { notice } = state;
  const beside = notice === null ? LEAST_HINT : textCells(notice) + 3;
  return state.columns - textCells(text) - 1 >= beside ? text : "";
}

/** 50 of 1,204: the limit hides the rest. */
function countText({ group, all, limit }: ScreenState, { items, matching, folded }: Lines): string {
  const what = group !== null ? "[group|groups]" : folded ? "[row|rows]" : "[flow|flows]",
    number = thousands;
  const limited = !all && limit > 0 && matching > limit;
  return limited
    ? `top ${number(Math.min(limit, items.length))} of ${counted(matching, what)} `
    : `${counted(matching, what)} `;
}

type Prompt = Extract<Mode, { kind: "prompt" }>;

/** The caret stays in sight; what is wrong stands behind the text. */
function drawPrompt(
  canvas: Canvas,
  state: ScreenState,
  { text, caret, refused }: Prompt,
  lines: Lines,
  y: number,
): void {
  canvas.fill(0, y, canvas.columns, Role.text);
  const characters = [...text, " "], wrong = refused ?? state.filterError;
  const about = wrong ?? `${counted(lines.matching, "[matches|match]")} · enter keeps · esc back`;
  const begin = canvas.put(0, y, "filter: ", Role.label), room = Math.max(1, canvas.columns - begin - 1);
  const needed = textCells(text) + 2,
    beside = Math.max(0, Math.min(textCells(about), room - Math.min(needed, room / 2)));
  let from = 0;
  while (textCells(characters.slice(from, caret + 1).join("")) > room - beside) from++;
  const end = canvas.put(begin, y, characters.slice(from).join(""), Role.text, room - beside);
  const at = begin + textCells(characters.slice(from, caret).join(""));
  if (from > 0 && at > begin) canvas.put(begin, y, "…", Role.dim);
  if (textCells(characters.slice(from, -1).join("")) > end - begin && at < end - 1) {
    canvas.put(end - 1, y, "…", Role.dim);
  }
  canvas.select(at, y, 1);
  const shown = fitted(about, Math.max(0, canvas.columns - end - 1)),
    x = Math.max(end + 1, canvas.columns - textCells(shown));
  canvas.put(x, y, shown, wrong === null ? Role.dim : Role.error);
}

const ANSWERS = " y ends it · any other key does not", SHORT_ANSWER = " y ends it";

/** What is to be ended, whole where it fits; the answer stands behind it, in full if that leaves the question whole. */
function drawQuestion(canvas: Canvas, text: string, y: number): void {
  canvas.fill(0, y, canvas.columns, Role.text);
  const question = `End ${text}?`, isWhole = textCells(question) + textCells(ANSWERS) < canvas.columns;
  const answers = isWhole ? ANSWERS : SHORT_ANSWER, room = Math.max(0, canvas.columns - textCells(answers) - 1);
  const end = canvas.put(0, y, fitted(question, room), Role.error, room);
  canvas.put(end, y, answers, Role.label);
}
