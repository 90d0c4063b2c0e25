/** The head as a graph: what came in above the axis, what went out below it. */
import { Canvas, Role } from "../canvas.ts";
import { ageText, BIT_RATE_CELLS, rateTexts } from "../units.ts";
import { fitted, textCells } from "../width.ts";
import type { RateHistory } from "./history.ts";
import { hangingCell, risingCell } from "./spark.ts";

export interface Graphed {
  /** Whose rates these are. */
  readonly title: string;
  /** undefined: nothing is known yet. */
  readonly history: RateHistory | undefined;
  /** End of the last sample. */
  readonly timeNs: number;
  readonly bits: boolean;
}

/** Left of the bars: the sign of the direction, the rate that fills it, and a blank. */
const SCALE_CELLS = 2 + BIT_RATE_CELLS + 1;
/** At least two minutes are shown, in bars of whole seconds. */
const SPAN_S = 120;
/** Between two times at the axis. */
const LABEL_CELLS = 20;
const ROUND_S = [5, 10, 15, 30, 60, 120, 300, 600] as const;

/** A title, as many rows above the axis as below it, and the axis: `rows` is even. */
export function drawGraph(canvas: Canvas, graphed: Graphed, y: number, rows: number): void {
  const half = (rows - 2) / 2, axisY = y + 1 + half, cells = canvas.columns - SCALE_CELLS - 1;
  canvas.put(1, y, fitted(graphed.title, canvas.columns - 2), Role.strong);
  if (cells <= 0 || half < 1) return;
  const seconds = Math.max(1, Math.ceil(SPAN_S / cells)), { history, timeNs } = graphed;
  const bars = (of: "received" | "sent") => history?.bars(of, cells, seconds * 1e9, timeNs) ?? [];
  const rateText = rateTexts(graphed.bits), received = bars("received"), sent = bars("sent");
  const scale = (values: readonly (number | null)[]) => Math.max(...values.map((value) => value ?? 0), 0);
  const side = (sign: string, role: Role, most: number, at: number) => {
    canvas.put(1, at, sign, role);
    canvas.put(3, at, rateText(most).padStart(BIT_RATE_CELLS), Role.dim);
  };
  side("↓", Role.received, scale(received), y + 1);
  side("↑", Role.sent, scale(sent), axisY + half);
  drawAxis(canvas, axisY, cells, seconds);
  if (history === undefined) canvas.put(SCALE_CELLS + 1, y + 1, "Nothing is known of it yet.", Role.dim);
  for (let row = 0; row < half; row++) {
    const line = (values: readonly (number | null)[], cell: typeof risingCell) => {
      const most = scale(values);
      return values.map((value) => cell(value ?? 0, most, row, half)).join("");
    };
    canvas.put(SCALE_CELLS, axisY - 1 - row, line(received, risingCell), Role.received, cells);
    canvas.put(SCALE_CELLS, axisY + 1 + row, line(sent, hangingCell), Role.sent, cells);
  }
}

/** The times stand under the bars that they name. */
function drawAxis(canvas: Canvas, y: number, cells: number, seconds: number): void {
  canvas.put(SCALE_CELLS - 2, y, "0", Role.dim);
  canvas.put(SCALE_CELLS, y, "─".repeat(cells), Role.frame);
  const step = ROUND_S.find((step) => step / seconds >= LABEL_CELLS) ?? ROUND_S[ROUND_S.length - 1];
  for (let ago = 0; ago / seconds < cells; ago += step) {
    const text = ago === 0 ? "0s" : `−${ageText(ago * 1000)}`;
    const end = SCALE_CELLS + cells - Math.floor(ago / seconds), x = end - textCells(text);
    if (x > SCALE_CELLS) canvas.put(x, y, text, Role.dim, textCells(text));
  }
}
