/** Canvases as SVG, for where there is no terminal: one as a still, several as a film that CSS plays. No script and no font of its own, so
 * that it moves in an <img> too. */
import type { Canvas } from "../src/view/canvas.ts";
import { CELL_X, CELL_Y, escaped, FONT_SIZE, GROUND, LOOKS, MARGIN, row } from "./picture-row.ts";

const RIM = "#454a55";

export interface Frame {
  readonly canvas: Canvas;
  readonly forMs: number;
}

/** `title`: what is read out to somebody who does not see it. */
export function still(canvas: Canvas, title: string): string {
  return document(
    canvas,
    title,
    "",
    Array.from({ length: canvas.rows }, (_, y) => row(canvas, y)).join(""),
  );
}

/** Plays the frames for ever, each for its time; a reader who wants no motion sees the first. Frames are all of one size. A line that stays
 * as it is from frame to frame is in the file once. */
export function film(frames: readonly Frame[], title: string): string {
  const spans = new Map<string, string>(), [{ canvas }] = frames;
  let body = "";
  for (let y = 0; y < canvas.rows; y++) {
    const lines = frames.map((frame) => row(frame.canvas, y));
    for (let from = 0, to = 1; from < lines.length; from = to++) {
      while (to < lines.length && lines[to] === lines[from]) to++;
      if (to - from === frames.length) body += lines[from];
      else if (lines[from] !== "") {
        const name = `f${from}-${to}`;
        if (!spans.has(name)) {
          spans.set(name, keyframes(name, frames, from, to));
        }
        body += `<g class="${from === 0 ? "" : "later "}${name}">\n${lines[from]}</g>\n`;
      }
    }
  }
  const style = `.later{visibility:hidden}\n@media (prefers-reduced-motion:no-preference){\n${
    [...spans.values()].join("")
  }}\n`;
  return document(canvas, title, style, body);
}

/** Seen from the begin of the frame `from` to that of `to`. */
function keyframes(
  name: string,
  frames: readonly Frame[],
  from: number,
  to: number,
): string {
  const until = (end: number) => frames.slice(0, end).reduce((sum, { forMs }) => sum + forMs, 0);
  const allMs = until(frames.length),
    percent = (end: number) => `${Math.round(until(end) / allMs * 100000) / 1000}%`;
  const steps = [
    from > 0 ? "0%{visibility:hidden}" : "",
    `${percent(from)}{visibility:visible}`,
    to < frames.length ? `${percent(to)}{visibility:hidden}` : "",
    `100%{visibility:${to < frames.length ? "hidden" : "visible"}}`,
  ];
  return `@keyframes ${name}{${steps.join("")}}.${name}{animation:${name} ${allMs / 1000}s step-end infinite}\n`;
}

function document(
  { columns, rows }: Canvas,
  title: string,
  style: string,
  body: string,
): string {
  const width = Math.ceil(columns * CELL_X + 2 * MARGIN),
    height = rows * CELL_Y + 2 * MARGIN;
  const looks = Object.entries(LOOKS).map(([role, { colour, bold }]) =>
    `.c${role}{fill:${colour}${bold ? ";font-weight:bold" : ""}}`
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>
text{font:${FONT_SIZE}px 'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}
rect,path{shape-rendering:crispEdges}
${looks.join("")}
.on{fill:${GROUND};font-weight:normal}.on.bold{font-weight:bold}
${style}</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${GROUND}" stroke="${RIM}"/>
${body}</svg>
`;
}
