/** Everything that is known of the flow under the cursor. */
import { type AcceptQueue, acceptQueue, hasPeer, isShared, isTcp, limitedBy } from "../../flow/row.ts";
import type { Sample } from "../../flow/sample.ts";
import { Canvas, Role } from "../canvas.ts";
import * as flow from "../flow.ts";
import { harmless, harmlessName } from "../../harmless.ts";
import { sumOf } from "../../flow/drop_list.ts";
import { dropsOf, endedOf, reasonText } from "../drops.ts";
import { endSentence } from "../end.ts";
import { limitRole, limitSentence } from "../limit.ts";
import { bytesText, counted, durationText, rateTexts } from "../units.ts";
import { fitted, named, textCells } from "../width.ts";
import type { LineHistory } from "./history.ts";
import { sparkline } from "./spark.ts";
import { drawTimeBar, MOST_TIME_LINES } from "./time_bar.ts";
import { bothEnds, peerLine } from "./both_ends.ts";
import { factsOf, headline, plain } from "./facts.ts";
import type { Pair } from "./path.ts";

/** What stands above the history. */
export interface Described {
  readonly sample: Sample;
  readonly row: number;
  /** The other end, if both are one row; -1: it is a row of its own. */
  readonly other: number;
  /** null: the process has gone, or the system does not let us read it. undefined: not known yet. */
  readonly commandLine: string | null | undefined;
}

export interface Detailed extends Described {
  readonly history: LineHistory | undefined;
  readonly bits: boolean;
}

const LABEL_CELLS = 11;
/** Rates and round trip a line each. */
const RATE_LINES = 3;
/** The same, and where the time went in two lines: what is kept for them where not everything fits. */
const HISTORY_LINES = RATE_LINES + 2;
/** The same, with all that the time takes. */
const MOST_HISTORY_LINES = RATE_LINES + MOST_TIME_LINES;
/** A pane of so few lines has no history where the facts fill it. */
const FACTS_FIRST = 10;
/** So few lines of both ends are scrolled all of them. */
const LEAST_ENDS = 3;
/** Fewer cells of the title do not say whose details these are. */
const LEAST_TITLE = 16;
/** Narrower than this, and a pair cannot hold an IPv4 endpoint. */
const PAIR_CELLS = 36;

/** Which lines of the facts and the history the pane has. */
export interface Part {
  /** Below the title and what the connection waits for. */
  readonly lines: number;
  /** Of these, what the facts may take: the history keeps its lines, which it gets one by one as the pane grows. */
  readonly facts: number;
  /** How many lines there is no room for. */
  readonly missing: number;
}

export function partOf(detailed: Detailed, columns: number, rows: number): Part {
  const lines = Math.max(0, rows - (limitOf(detailed) === null ? 1 : 2)), { history } = detailed;
  const timed = lines >= HISTORY_LINES && history?.waits.some((wait) => wait !== null);
  const wanted = history === undefined ? 0 : timed ? HISTORY_LINES : RATE_LINES;
  const facts = lines - Math.min(lines, wanted, Math.max(0, rows - FACTS_FIRST));
  // Nothing can be scrolled where there is no line for it.
  return { lines, facts, missing: lines === 0 ? 0 : Math.max(0, factLines(detailed, columns) + wanted - lines) };
}

const limitOf = ({ sample, row, history }: Detailed) => limitSentence(sample, row, history?.waits);

/** `scrolled`: lines that are passed over. A text stands for what has no details. */
export function drawDetails(canvas: Canvas, detailed: Detailed | string, y: number, rows: number, scrolled = 0): void {
  if (rows <= 0) return;
  canvas.fill(0, y, canvas.columns, Role.title);
  for (let line = y + 1; line < y + rows; line++) canvas.fill(0, line, canvas.columns, Role.text);
  if (typeof detailed === "string") {
    canvas.put(1, y, "details", Role.title);
    canvas.put(2, y + Math.min(2, rows - 1), fitted(detailed, canvas.columns - 2), Role.dim);
    return;
  }
  const { sample, row, other } = detailed, limit = limitOf(detailed), bottom = y + rows;
  if (limit !== null && rows > 1) {
    canvas.put(1, y + 1, fitted(limit, canvas.columns - 2), limitRole(limitedBy(sample.flows, row)));
  }
  const { lines, facts, missing } = partOf(detailed, canvas.columns, rows), top = Math.min(scrolled, missing);
  drawTitle(canvas, detailed, y, missing - top, top);
  const all = factLines(detailed, canvas.columns), first = bottom - lines;
  const window = { first, end: first + Math.max(0, Math.min(all - top, facts)), top };
  if (other >= 0) drawEnds(canvas, detailed, window);
  else drawFacts(canvas, detailed, window);
  drawHistory(canvas, detailed, window.end, bottom, Math.max(0, top - all));
}

/** Lines of the canvas, up to `end`, and how many of what they show is passed over. */
interface Window {
  readonly first: number;
  readonly end: number;
  readonly top: number;
}

function drawTitle(canvas: Canvas, { sample, row }: Described, y: number, below: number, above: number): void {
  const sign = below > 0
    ? ` PgDn: ${counted(below, "more [line|lines]")} `
    : above > 0
    ? ` PgUp: ${counted(above, "[line|lines]")} above `
    : "";
  const room = canvas.columns - 2 - textCells(sign), shown = room < LEAST_TITLE ? "" : sign;
  const cells = shown === "" ? canvas.columns - 2 : room;
  canvas.put(1, y, fitted(headline(sample, row, cells), cells), Role.title);
  canvas.put(canvas.columns - textCells(shown), y, shown, Role.title);
}

function factLines(described: Described, columns: number): number {
  const { across, side, long } = pairsOf(described, columns), { sample, row, other } = described;
  return other >= 0 ? bothEnds(sample, row, other, columns).length + 1 : Math.ceil(side.length / across) + long.length;
}

/** Lines that the pane takes on a terminal of so many columns, if nothing is to be left out. */
export function detailsRows(described: Described, columns: number): number {
  const { sample, row } = described, isOfTcp = isTcp(sample.flows, row), facts = factLines(described, columns);
  // The title; and of TCP what it waits for, which may be known in the next sample.
  const waits = isOfTcp || limitSentence(sample, row) !== null ? 1 : 0;
  return 1 + waits + facts + (isOfTcp ? MOST_HISTORY_LINES : RATE_LINES);
}

/** What stands side by side, and what has a line for itself. */
function pairsOf(described: Described, columns: number): { across: number; side: Pair[]; long: Pair[] } {
  const across = Math.max(1, Math.min(3, Math.floor(columns / PAIR_CELLS)));
  const fits = ([, text]: Pair) => textCells(text) <= Math.floor(columns / across) - LABEL_CELLS - 3;
  const all = factsOf(described.sample, described.row);
  return {
    across,
    side: all.filter(fits),
    long: [...all.filter((pair) => !fits(pair)), ...longPairs(described, columns - LABEL_CELLS - 3)],
  };
}

/** What this machine threw away, where there is any. */
function dropped(sample: Sample, row: number): Pair[] {
  return sumOf([dropsOf(sample, row) ?? []]).map(({ reason, direction, packets, bytes }, i) => {
    const size = bytes === null || bytes === 0 ? "" : ` with ${bytesText(bytes)}`;
    return [i === 0 ? "dropped" : "", `${plain(packets)}${size} on the way ${direction ?? "-"}: ${reasonText(reason)}`];
  });
}

const NAME_FROM: Readonly<Record<flow.NameFrom, string>> = {
  hosts: "hosts file",
  dns_answer: "what the process asked for",
  reverse: "reverse DNS",
};

function longPairs({ sample, row, commandLine }: Described, cells: number): Pair[] {
  const long: Pair[] = [commandPair(commandLine)];
  const exe = flow.executable(sample, row), container = flow.container(sample, row);
  const end = endedOf(sample, row);
  const queue = acceptQueue(sample.flows, row);
  if (queue !== null) long.push(["queue", queueText(queue)]);
  if (end !== null) long.push(["ended", endSentence(end)]);
  long.push(...dropped(sample, row));
  if (exe !== null && exe !== flow.processName(sample, row)) long.push(["executable", harmlessName(exe)]);
  if (isShared(sample.flows, row)) {
    long.push(["held by", "other processes too; this one has used it last, as far as can be told"]);
  }
  const peer = peerLine(sample, row, cells);
  if (peer !== null) long.unshift(["peer", peer]);
  const name = hasPeer(sample.flows, row) ? flow.remoteName(sample, row) : null;
  if (name !== null) {
    long.push(["name", named(harmlessName(name), ` (${NAME_FROM[flow.remoteNameFrom(sample, row)!]})`, cells)]);
  }
  if (container !== null) {
    const { runtime, name, id } = container;
    long.push(["container", named(harmless(`${runtime} ${name ?? ""}`), ` ${harmless(id)}`, cells)]);
  }
  long.push(["cgroup", harmless(flow.cgroupPath(sample, row) ?? "-")]);
  return long;
}

/** A line a fact, what it is at the client's end and at the server's. */
function drawEnds(canvas: Canvas, { sample, row, other, commandLine }: Detailed, { first, end, top }: Window): void {
  const half = Math.floor((canvas.columns - LABEL_CELLS - 2) / 2);
  // Which end is which, and the command, stay where there is room for others between them.
  const [who, ...others] = bothEnds(sample, row, other, half - 2), room = end - first;
  const lines = room > LEAST_ENDS
    ? [who, ...others.slice(top, top + room - 2)]
    : [who, ...others].slice(top, top + room);
  lines.forEach(([label, client, server], i) => {
    canvas.put(1, first + i, label, Role.dim, LABEL_CELLS);
    // The port is at an endpoint's end.
    const cut = label === "local" || label === "remote" ? "middle" : "end";
    const role = lines[i] === who ? Role.strong : Role.text;
    canvas.put(LABEL_CELLS + 2, first + i, fitted(client, half - 2, cut), role, half - 1);
    canvas.put(LABEL_CELLS + 2 + half, first + i, fitted(server, half - 2, cut), role, half - 1);
  });
  if (first + lines.length < end) drawPair(canvas, commandPair(commandLine), first + lines.length);
}

function commandPair(commandLine: string | null | undefined): Pair {
  return ["command", commandLine === undefined ? "…" : harmlessName(commandLine ?? "-")];
}

function queueText({ length, limit, overflows, overflows_at_most: bound }: AcceptQueue): string {
  const waits = `${plain(length)} wait to be accepted, ${plain(limit)} may`;
  if (bound === null) return waits;
  return `${waits}; ${
    overflows === null ? `at most ${plain(bound)}` : plain(overflows)
  } turned away since tcptop began`;
}

/** Side by side as the width allows, then those that have a line for themselves. */
function drawFacts(canvas: Canvas, detailed: Detailed, { first, end, top }: Window): void {
  const { across, side, long } = pairsOf(detailed, canvas.columns), cells = Math.floor(canvas.columns / across);
  const begin = first - top, isSeen = (line: number) => line >= first && line < end;
  side.forEach(([label, text], i) => {
    const line = begin + Math.floor(i / across), x = i % across * cells + 1;
    if (!isSeen(line)) return;
    canvas.put(x, line, label, Role.dim, LABEL_CELLS);
    canvas.put(x + LABEL_CELLS + 1, line, fitted(text, cells - LABEL_CELLS - 3), Role.text, cells - LABEL_CELLS - 2);
  });
  long.forEach((pair, i) => {
    const line = begin + Math.ceil(side.length / across) + i;
    if (isSeen(line)) drawPair(canvas, pair, line);
  });
}

function drawPair(canvas: Canvas, [label, text]: Pair, y: number): void {
  canvas.put(1, y, label, Role.dim, LABEL_CELLS);
  canvas.put(LABEL_CELLS + 2, y, fitted(text, canvas.columns - LABEL_CELLS - 3), Role.text);
}

/** `skipped`: of the rates; where the pane is as low as that, it has no bar of the time. */
function drawHistory(canvas: Canvas, { history, bits }: Detailed, y: number, end: number, skipped: number): void {
  if (history === undefined) return;
  const rateText = rateTexts(bits);
  const lines: [string, readonly (number | null)[], (most: number) => string, Role][] = [
    ["received", history.received, rateText, Role.received],
    ["sent", history.sent, rateText, Role.sent],
    ["round trip", history.rttUs, durationText, Role.label],
  ];
  const bars = Math.max(0, Math.min(120, canvas.columns - LABEL_CELLS - 20));
  const x = LABEL_CELLS + 2, taken = drawTimeBar(canvas, history.waits, x, y, bars, end - y - lines.length);
  if (taken > 0) canvas.put(1, y, "time", Role.dim, LABEL_CELLS);
  y += taken;
  lines.slice(skipped).forEach(([label, values, text, role], i) => {
    if (y + i >= end) return;
    canvas.put(1, y + i, label, Role.dim, LABEL_CELLS);
    const known = values.slice(-bars).filter((value) => value !== null), most = Math.max(...known, 0);
    const x = canvas.put(LABEL_CELLS + 2, y + i, sparkline(values, bars), role);
    canvas.put(x + 1, y + i, known.length === 0 ? "-" : `max ${text(most)}`, Role.dim);
  });
}
