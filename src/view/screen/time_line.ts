/** The time line in the head: where one is in what is remembered. */
import { Canvas, Role } from "../canvas.ts";
import { clockText, minutesText } from "../units.ts";
import { textCells } from "../width.ts";
import type { TotalsHistory } from "./history.ts";
import type { Shown } from "./moment.ts";
import { trafficLine } from "./spark.ts";

const agoText = (ns: number) => `−${minutesText(ns / 1e6)}`;

/** At the right end of the head's first line: how long ago, and when that was. Returns its cells. */
export function drawAgo(canvas: Canvas, { timeNs, wallMs, nowNs }: Shown): number {
  const ago = ` ${agoText(nowNs - timeNs)} `, clock = clockText(wallMs), cells = textCells(ago) + textCells(clock) + 1;
  const x = canvas.columns - cells;
  canvas.put(x, 0, clock, Role.strong);
  canvas.put(canvas.columns - textCells(ago), 0, ago, Role.badge);
  return cells;
}

/** The whole of what is remembered as one line from `x` on, with a mark where one is. */
export function drawTimeLine(canvas: Canvas, shown: Shown, history: TotalsHistory, x: number, room: number): void {
  const { timeNs, extent: { oldestNs, thinBeforeNs }, nowNs } = shown, from = agoText(nowNs - oldestNs);
  const cells = room - textCells(from) - 5;
  if (cells < 4) return;
  const at = canvas.put(x, 0, from, Role.dim) + 1, spanNs = Math.max(1, nowNs - oldestNs) / cells;
  const place = (ns: number) => Math.max(0, Math.min(cells - 1, Math.floor((ns - oldestNs) / spanNs)));
  canvas.put(
    at,
    0,
    trafficLine(history.line(oldestNs, nowNs, cells), cells).replaceAll(" ", "·"),
    Role.received,
    cells,
  );
  if (thinBeforeNs !== null) {
    for (let cell = 0; cell < place(thinBeforeNs); cell++) {
      canvas.put(at + cell, 0, canvas.texts[at + cell], Role.dim, 1);
    }
  }
  canvas.put(at + place(timeNs), 0, "│", Role.badge, 1);
  canvas.put(at + cells + 1, 0, "now", Role.dim);
}

/** What the head's second line says of it; null: nothing is missing. */
export function thinText({ extent: { thinBeforeNs }, nowNs }: Shown): string | null {
  return thinBeforeNs === null ? null : `a sample now and then before ${agoText(nowNs - thinBeforeNs)}`;
}
