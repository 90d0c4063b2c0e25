/** The lines above the table: how much, how many, from where, at what cost; and what the user must know. */
import type { Sample } from "../../flow/sample.ts";
import type { Note } from "../../system/source_info.ts";
import { Canvas, Role } from "../canvas.ts";
import { ageText, BIT_RATE_CELLS, clockText, RATE_CELLS, rateTexts, thousands } from "../units.ts";
import type { Totals } from "../totals.ts";
import { placeColumns } from "../layout.ts";
import { fitted, textCells } from "../width.ts";
import { drawGraph, type Graphed } from "./graph.ts";
import type { TotalsHistory } from "./history.ts";
import { drawAgo, drawTimeLine, thinText } from "./time_line.ts";
import { isSortedBy, tableColumns } from "./lines.ts";
import { GUTTER } from "./table.ts";
import { trafficLine } from "./spark.ts";
import { speedText } from "./player.ts";
import type { Geometry, ScreenState } from "./state.ts";

/** What tcptop itself takes, as it is shown. */
export interface Cost {
  /** Of one processor, whole; 0: less than 1. */
  readonly cpuPercent: number;
  readonly mebibytes: number;
}

/** A figure in whole steps that stays until what it stands for has left its step by more than a margin: one that trembles between
 * two steps would be written with every frame and say nothing. */
export class Steady {
  #shown: number | null = null;

  /** `step` is the number shown for a value, and does not fall where the value rises. */
  constructor(readonly step: (value: number) => number, readonly margin: number) {}

  take(value: number): number {
    const { step, margin } = this, shown = this.#shown;
    const stays = shown !== null && step(value - margin) <= shown && shown <= step(value + margin);
    return stays ? shown : this.#shown = step(value);
  }
}

/** What the head shows of the cost, sample after sample. */
export class SteadyCost {
  readonly #cpuPercent = new Steady((percent) => percent < 1 ? 0 : Math.round(percent), 0.25);
  /** The garbage collector's rhythm moves it by some MiB. */
  readonly #mebibytes = new Steady(Math.round, 4);

  take({ selfCpuPercent, selfRssBytes }: Sample): Cost {
    return {
      cpuPercent: this.#cpuPercent.take(selfCpuPercent),
      mebibytes: this.#mebibytes.take(selfRssBytes / 2 ** 20),
    };
  }
}

export interface Head {
  readonly sample: Sample | null;
  readonly cost: Cost | null;
  readonly totals: Totals | null;
  readonly notes: readonly Note[];
  readonly history: TotalsHistory;
  readonly graphed: Graphed | null;
  /** Up to the present, whatever moment is shown. */
  readonly all: TotalsHistory;
}

/** Two minutes are on the sparkline, or more where there is room for a bar a second. No traffic is no bar, so that nothing grows from the
 * right on an idle machine. */
const SPAN_S = 120;
const MOST_BARS = 90;

const NAME = " tcptop ", KILLS = " K ends ";

/** Returns when its bars move on to the left (CLOCK_BOOTTIME); Infinity: there are none. */
export function drawHead(canvas: Canvas, state: ScreenState, head: Head, { headRows, graphRows }: Geometry): number {
  const barsMoveNs = headRows >= 1 ? drawRates(canvas, state, head) : Infinity;
  const told = Math.max(0, headRows - graphRows - 2);
  if (headRows >= 2) drawCounts(canvas, state, head, Math.max(0, head.notes.length - told));
  if (head.graphed !== null && graphRows > 0) drawGraph(canvas, head.graphed, 2, graphRows);
  head.notes.slice(0, told).forEach((note, i) => {
    canvas.put(0, 2 + graphRows + i, fitted(`! ${noteText(note)}`, canvas.columns), Role.warning);
  });
  return barsMoveNs;
}

/** What must be known, and what helps. */
export function noteText({ message, remedy }: Note): string {
  return remedy === null ? message : `${message}. ${remedy}`;
}

/** Whether the head lacks a part of them. */
export function isUnread(notes: readonly Note[], columns: number, { headRows, graphRows }: Geometry): boolean {
  return notes.length > Math.max(0, headRows - graphRows - 2) ||
    notes.some((note) => textCells(noteText(note)) + 2 > columns);
}

/** A rate is there whole or not at all, as half a figure is another one: what stands beside the two leaves before they do. Returns as drawHead(). */
function drawRates(canvas: Canvas, state: ScreenState, head: Head): number {
  const { totals, history } = head, { columns } = canvas, { moment, bits } = state, rateText = rateTexts(bits);
  const cells = bits ? BIT_RATE_CELLS : RATE_CELLS, rates = 2 * (cells + 3);
  const [right, role] = rightText(state, head.sample, columns - rates);
  const room = columns - (moment === null ? textCells(right) : drawAgo(canvas, moment)) - 1;
  let x = drawNames(canvas, state, room + 1 - rates);
  const bars = moment !== null ? 0 : Math.max(0, Math.min(MOST_BARS, Math.floor((room - x) / 2) - cells - 4));
  const spanNs = Math.max(1, Math.ceil(SPAN_S / Math.max(1, bars))) * 1e9;
  let isBarred = false;
  const one = (arrow: string, rate: number | null, of: "received" | "sent", role: Role) => {
    if (x + cells + 2 > room) return;
    x = canvas.put(x, 0, `${arrow} `, role);
    x = canvas.put(x, 0, rateText(rate).padStart(cells), Role.strong) + 1;
    if (bars < 4) return;
    const line = trafficLine(history.bars(of, bars, spanNs), bars);
    isBarred ||= line.trim() !== "";
    x = canvas.put(x, 0, line, role, Math.max(0, room - x)) + 1;
  };
  one("↓", totals?.rxBytesPerS ?? null, "received", Role.received);
  one("↑", totals?.txBytesPerS ?? null, "sent", Role.sent);
  if (moment !== null) drawTimeLine(canvas, moment, head.all, x, room - x);
  else canvas.put(columns - textCells(right), 0, right, role);
  return isBarred && head.sample !== null ? (Math.floor(head.sample.timeNs / spanNs) + 1) * spanNs : Infinity;
}

/** What stands before the rates, as far as there is room: that K ends connections rather than the name. Returns the x behind it. */
function drawNames(canvas: Canvas, { allowKill }: ScreenState, room: number): number {
  const kills = allowKill && room > KILLS.length, named = room - (kills ? KILLS.length + 1 : 0) > NAME.length;
  const x = named ? canvas.put(0, 0, NAME, Role.badge) + 1 : 0;
  return kills ? canvas.put(x, 0, KILLS, Role.partReader) + 1 : x;
}

/** At the right end: that the screen stands still, when a recording was made, or how often there is a sample, if there is room for that. */
function rightText(state: ScreenState, sample: Sample | null, room: number): [text: string, role: Role] {
  const badge = state.frozen ? " FROZEN " : state.atEnd ? " END " : state.replay && state.paused ? " PAUSED " : "";
  if (state.replay) return [`${replayText(state, sample)}${badge}`, badge === "" ? Role.dim : Role.badge];
  if (badge !== "") return [badge, Role.badge];
  const every = `every ${intervalText(state.intervalMs)}`;
  return [every.length < room ? every : "", Role.dim];
}

/** When it was, and how fast it is played. */
function replayText(state: ScreenState, sample: Sample | null): string {
  const clock = sample === null ? "" : clockText(sample.wallMs);
  return state.paused || state.atEnd ? `${clock} ` : `${clock} ${speedText(state)}`;
}

function intervalText(ms: number): string {
  return ms % 1000 === 0 ? ageText(ms) : `${ms}ms`;
}

type Part = readonly [before: string, figure: string, behind: string, role?: Role];

/** What the table is sorted by, if no column of it carries the arrow: the columns were chosen without it, or groups have none. */
function sortedText(state: ScreenState): string | null {
  const places = placeColumns(tableColumns(state), state.columns, GUTTER), { column, descending } = state.sort;
  if (places.some((place) => isSortedBy(state, place.column))) return null;
  return `${column.title}${descending ? "▼" : "▲"}`;
}

/** `untold`: notes that there is no line for. */
function drawCounts(canvas: Canvas, state: ScreenState, { sample, totals, cost }: Head, untold: number): void {
  if (sample === null || totals === null || cost === null) {
    canvas.put(1, 1, "loading the programs …", Role.dim);
    return;
  }
  const { bits, moment } = state, sorted = sortedText(state);
  const perS = (count: number) => sample.intervalMs === 0 ? 0 : Math.round(count * 1000 / sample.intervalMs);
  const inside = totals.insideBytesPerS, byAddress = totals.insideByAddressBytesPerS;
  const number = thousands, { eventsLost } = sample.health;
  const parts: Part[] = [
    ["", number(totals.tcp), " tcp"],
    ["", number(totals.udp), " udp"],
    ["", `+${number(perS(totals.opened))}`, "/s opened"],
    ["", `−${number(perS(totals.closed))}`, "/s closed"],
  ];
  if (sorted !== null) parts.push(["sorted by ", sorted, ""]);
  const thin = moment === null ? null : thinText(moment);
  if (thin !== null) parts.push(["", thin, "", Role.warning]);
  if (untold > 0) parts.push(["", `! ${number(untold)}`, " without room", Role.warning]);
  if (totals.failed > 0) parts.push(["", number(perS(totals.failed)), "/s failed", Role.warning]);
  if (eventsLost > 0) parts.push(["", number(eventsLost), " lost", Role.warning]);
  if (inside > 0) parts.push(["inside ", rateTexts(bits)(inside), ""]);
  if (byAddress > 0) parts.push(["by address ", rateTexts(bits)(byAddress), ""]);
  if (totals.unattributed > 0) parts.push(["", number(totals.unattributed), " without owner"]);
  parts.push(["by ", sourceText(sample), ""]);
  parts.push(["cpu ", cost.cpuPercent < 1 ? "<1 %" : `${cost.cpuPercent} %`, ""]);
  parts.push(["mem ", `${cost.mebibytes} MiB`, ""]);
  let x = 1;
  for (const [before, figure, behind, role = Role.strong] of fittingParts(parts, canvas.columns - x)) {
    x = canvas.put(x, 1, before, Role.dim);
    x = canvas.put(x, 1, figure, role);
    x = canvas.put(x, 1, behind, Role.dim) + 2;
  }
}

/** As many as there is room for: from the end they leave, what must be known last. */
function fittingParts(parts: readonly Part[], room: number): readonly Part[] {
  const cellsOf = (all: readonly Part[]) =>
    all.reduce((sum, [before, figure, behind]) => sum + textCells(before + figure + behind) + 2, -2);
  let kept = parts;
  while (kept.length > 0 && cellsOf(kept) > room) {
    const usual = kept.findLastIndex(([, , , role]) => role !== Role.warning);
    kept = kept.toSpliced(usual < 0 ? -1 : usual, 1);
  }
  return kept;
}

function sourceText({ source: { tcp, udp } }: Sample): string {
  if (tcp === udp || udp === null) return tcp ?? "nothing";
  return tcp === null ? `${udp}, udp alone` : `${tcp}, udp ${udp}`;
}
