/** Where the time of a connection went: a bar a sample, and what that makes of the last two minutes. */
import { type Canvas, Role } from "../canvas.ts";
import type { LimitName } from "../group_reasons.ts";
import { limitText, percentText } from "../limit.ts";
import { PARTS, type Shares, sharesOf, sumOf, type Wait } from "../waits.ts";
import { ageText } from "../units.ts";
import { textCells } from "../width.ts";

/** A letter on a ground: each is enough by itself, so that it can be read without colour, and with ASCII alone. */
const LOOKS: Readonly<Record<LimitName, readonly [letter: string, role: Role]>> = {
  network: ["n", Role.partNetwork],
  loss: ["l", Role.partLoss],
  peer_window: ["p", Role.partPeer],
  send_buffer: ["b", Role.partBuffer],
  reader: ["r", Role.partReader],
  application: ["a", Role.partApplication],
  idle: [".", Role.dim],
};

const SPAN_NS = 120e9;
const MOST_LINES = 4;
/** With the legend. */
export const MOST_TIME_LINES = MOST_LINES + 1;

/** From x and y on, in at most `lines` lines. Returns how many it took: 0 where nothing is known. */
export function drawTimeBar(
  canvas: Canvas,
  waits: readonly (Wait | null)[],
  x: number,
  y: number,
  cells: number,
  lines: number,
): number {
  if (lines < 2 || waits.every((wait) => wait === null)) return 0;
  const height = Math.min(MOST_LINES, lines - 1), shown = waits.slice(-cells);
  shown.forEach((wait, i) => {
    if (wait !== null) drawBar(canvas, sharesOf(wait), x + cells - shown.length + i, y, height);
  });
  const last = waits.findLast((wait) => wait !== null)!;
  drawLegend(
    canvas,
    waits.filter((wait) => wait !== null && wait.timeNs > last.timeNs - SPAN_NS) as Wait[],
    x,
    y + height,
  );
  return height + 1;
}

/** Each cell has the part that is in its middle; one cell alone has the largest. */
function drawBar(canvas: Canvas, shares: Shares, x: number, y: number, height: number): void {
  const whole = PARTS.reduce((sum, part) => sum + shares[part], 0);
  if (whole <= 0) return;
  for (let line = 0; line < height; line++) {
    const part = height === 1 ? largest(shares) : partAt(shares, (height - line - 0.5) / height * whole);
    canvas.put(x, y + line, ...LOOKS[part]);
  }
}

function largest(shares: Shares): LimitName {
  return PARTS.reduce((most, part) => shares[part] > shares[most] ? part : most);
}

function partAt(shares: Shares, us: number): LimitName {
  let below = 0;
  for (const part of PARTS) if ((below += shares[part]) > us) return part;
  return "idle";
}

function drawLegend(canvas: Canvas, waits: readonly Wait[], from: number, y: number): void {
  const sum = sumOf(waits), whole = waits.reduce((all, { us }) => all + us, 0);
  const unknown = whole - PARTS.reduce((all, part) => all + sum[part], 0);
  let x = from;
  for (const part of PARTS.filter((part) => sum[part] > 0).sort((a, b) => sum[b] - sum[a])) {
    const [letter, role] = LOOKS[part], text = ` ${limitText(part)} ${percentText(sum[part], whole)}`;
    if (x + 1 + textCells(text) > canvas.columns) return;
    x = canvas.put(x, y, letter, role);
    x = canvas.put(x, y, text, Role.text) + 2;
  }
  const receives = unknown >= whole * 0.005 ? `receives ${percentText(unknown, whole)}  ` : "";
  const rest = `${receives}of ${ageText(Math.round(whole / 1e6) * 1000)}`;
  if (whole > 0 && x + textCells(rest) <= canvas.columns) canvas.put(x, y, rest, Role.dim);
}
