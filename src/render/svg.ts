/** A canvas as a picture, for where there is no terminal. */
import { type Canvas, Role, SELECTED } from "../view/canvas.ts";

const CELL_X = 8.4, CELL_Y = 18, MARGIN = 12, FONT_SIZE = 14;
const GROUND = "#1b1d23", TEXT = "#d5d8df";

interface Look {
  readonly colour: string;
  readonly ground?: string;
  readonly bold?: boolean;
}

/** As a terminal with a dark ground shows the theme. */
const LOOKS: Readonly<Record<Role, Look>> = {
  [Role.text]: { colour: TEXT },
  [Role.dim]: { colour: "#7d828e" },
  [Role.strong]: { colour: TEXT, bold: true },
  [Role.label]: { colour: "#56b6c2" },
  [Role.title]: { colour: GROUND, ground: "#aab0bd" },
  [Role.sorted]: { colour: GROUND, ground: "#aab0bd", bold: true },
  [Role.received]: { colour: "#8fc46b" },
  [Role.sent]: { colour: "#c678dd" },
  [Role.warning]: { colour: "#e8737c", bold: true },
  [Role.error]: { colour: "#e8737c" },
  [Role.fresh]: { colour: "#8fc46b", bold: true },
  [Role.bar]: { colour: TEXT },
  [Role.key]: { colour: "#56b6c2", bold: true },
  [Role.frame]: { colour: "#7d828e" },
  [Role.badge]: { colour: GROUND, ground: "#56b6c2" },
  [Role.listening]: { colour: "#56b6c2" },
};

export function svg(canvas: Canvas): string {
  const width = Math.ceil(canvas.columns * CELL_X + 2 * MARGIN), height = canvas.rows * CELL_Y + 2 * MARGIN;
  const lines = Array.from({ length: canvas.rows }, (_, y) => row(canvas, y)).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<rect width="100%" height="100%" rx="8" fill="${GROUND}"/>
<g font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${FONT_SIZE}" xml:space="preserve">
${lines}</g>
</svg>
`;
}

function row(canvas: Canvas, y: number): string {
  let out = "";
  for (let x = 0; x < canvas.columns;) {
    const from = y * canvas.columns, style = canvas.styles[from + x];
    let end = x + 1;
    while (end < canvas.columns && canvas.styles[from + end] === style) end++;
    out += run(canvas.texts.slice(from + x, from + end).join(""), x, y, end - x, look(style));
    x = end;
  }
  return out;
}

function look(style: number): Look {
  const plain = LOOKS[(style & ~SELECTED) as Role];
  return style & SELECTED ? { colour: GROUND, ground: TEXT, bold: plain.bold ?? false } : plain;
}

/** Cells of one look. textLength keeps them on the grid whatever the font. */
function run(text: string, x: number, y: number, cells: number, { colour, ground, bold }: Look): string {
  const left = round(MARGIN + x * CELL_X), top = MARGIN + y * CELL_Y, width = round(cells * CELL_X);
  const back = ground === undefined
    ? ""
    : `<rect x="${left}" y="${top}" width="${width}" height="${CELL_Y}" fill="${ground}" shape-rendering="crispEdges"/>\n`;
  if (text.trim() === "") return back;
  const weight = bold ? ' font-weight="bold"' : "";
  const place = `x="${left}" y="${top + 13}" textLength="${width}" lengthAdjust="spacingAndGlyphs"`;
  return `${back}<text ${place} fill="${colour}"${weight}>${escaped(text)}</text>\n`;
}

const round = (value: number) => Math.round(value * 10) / 10;

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character]!)
    .replaceAll(" ", "\u00a0");
}
