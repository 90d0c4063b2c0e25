/** A row of a canvas as SVG: grounds, words and bars, each on the grid. */
import { type Canvas, Role, SELECTED } from "../src/view/canvas.ts";

export const CELL_X = 8.4, CELL_Y = 18, MARGIN = 12, FONT_SIZE = 14, BASE_LINE = 13.5;
/** What every look stands on that has no ground of its own. */
export const GROUND = "#1b1d23";
const TEXT = "#d5d8df";

export interface Look {
  readonly colour: string;
  readonly ground?: string;
  readonly bold?: boolean;
}

/** As a terminal with a dark ground shows the theme. */
export const LOOKS: Readonly<Record<Role, Look>> = {
  [Role.text]: { colour: TEXT },
  [Role.dim]: { colour: "#9096a2" },
  [Role.strong]: { colour: "#ffffff", bold: true },
  [Role.label]: { colour: "#56b6c2" },
  [Role.title]: { colour: GROUND, ground: "#aab0bd" },
  [Role.sorted]: { colour: GROUND, ground: "#aab0bd", bold: true },
  [Role.received]: { colour: "#8fc46b" },
  [Role.sent]: { colour: "#d291e4" },
  [Role.warning]: { colour: "#f0868e", bold: true },
  [Role.error]: { colour: "#f0868e" },
  [Role.fresh]: { colour: "#8fc46b", bold: true },
  [Role.bar]: { colour: TEXT },
  [Role.key]: { colour: "#56b6c2", bold: true },
  [Role.frame]: { colour: "#9096a2" },
  [Role.badge]: { colour: GROUND, ground: "#56b6c2" },
  [Role.listening]: { colour: "#56b6c2" },
  [Role.network]: { colour: "#8fc46b" },
  [Role.peer]: { colour: "#d291e4" },
  [Role.buffer]: { colour: "#56b6c2" },
  [Role.partNetwork]: { colour: GROUND, ground: "#8fc46b" },
  [Role.partLoss]: { colour: GROUND, ground: "#f0868e" },
  [Role.partPeer]: { colour: GROUND, ground: "#d291e4" },
  [Role.partBuffer]: { colour: GROUND, ground: "#56b6c2" },
  [Role.partReader]: { colour: "#ffffff", ground: "#c33c48", bold: true },
  [Role.partApplication]: { colour: GROUND, ground: "#aab0bd" },
};

export function row(canvas: Canvas, y: number): string {
  const from = y * canvas.columns;
  let grounds = "", texts = "";
  for (let x = 0; x < canvas.columns;) {
    const style = canvas.styles[from + x];
    let end = x + 1;
    while (end < canvas.columns && canvas.styles[from + end] === style) end++;
    grounds += ground(style, x, y, end - x);
    for (const piece of pieces(canvas.texts.slice(from + x, from + end))) {
      texts += drawn(piece.text, style, x + piece.at, y, piece.cells);
    }
    x = end;
  }
  return grounds + texts;
}

interface Piece {
  readonly text: string;
  readonly at: number;
  readonly cells: number;
}

/** Two blanks part columns: a font of another width then moves no word far. What fonts draw at widths of their own stands alone, what is
 * drawn here in one piece. */
function pieces(texts: readonly string[]): Piece[] {
  const found: Piece[] = [];
  for (let at = 0; at < texts.length;) {
    const kind = kindOf(texts[at]);
    let end = at + 1;
    if (kind === "odd") { while (texts[end] === "") end++; }
    else if (kind !== "blank") {
      const more = () => kindOf(texts[end]) === kind || kind === "plain" && isGap(texts, end);
      while (end < texts.length && more()) end++;
    }
    if (kind !== "blank") {
      found.push({ text: texts.slice(at, end).join(""), at, cells: end - at });
    }
    at = end;
  }
  return found;
}

/** One blank between two words. */
const isGap = (texts: readonly string[], at: number) =>
  texts[at] === " " && at + 1 < texts.length &&
  kindOf(texts[at + 1]) === "plain";

function kindOf(text: string): "blank" | "plain" | "bar" | "odd" {
  if (text === " " || text === "") return "blank";
  if (text >= "▁" && text <= "█") return "bar";
  return text <= "~" ? "plain" : "odd";
}

const left = (x: number) => round(MARGIN + x * CELL_X);
const top = (y: number) => MARGIN + y * CELL_Y;
const round = (value: number) => Math.round(value * 10) / 10;

function ground(style: number, x: number, y: number, cells: number): string {
  const fill = style & SELECTED ? TEXT : LOOKS[style as Role].ground;
  if (fill === undefined) return "";
  return `<rect x="${left(x)}" y="${top(y)}" width="${round(cells * CELL_X)}" height="${CELL_Y}" fill="${fill}"/>\n`;
}

/** textLength keeps text on the grid whatever the font; bars are drawn, as fonts differ in how high they are. */
function drawn(
  text: string,
  style: number,
  x: number,
  y: number,
  cells: number,
): string {
  const role = (style & ~SELECTED) as Role;
  const name = style & SELECTED ? `on${LOOKS[role].bold ? " bold" : ""}` : `c${role}`;
  if (kindOf(text[0]) === "bar") {
    return `<path class="${name}" d="${bars(text, x, y)}"/>\n`;
  }
  const place = `x="${left(x)}" y="${top(y) + BASE_LINE}" textLength="${
    round(cells * CELL_X)
  }" lengthAdjust="spacingAndGlyphs"`;
  return `<text class="${name}" ${place}>${escaped(text)}</text>\n`;
}

function bars(text: string, x: number, y: number): string {
  return Array.from(text, (bar, i) => {
    const height = round(
      (bar.charCodeAt(0) - "▁".charCodeAt(0) + 1) / 8 * (CELL_Y - 2),
    );
    return `M${left(x + i)} ${top(y) + CELL_Y - 1}v-${height}h${round(left(x + i + 1) - left(x + i))}v${height}z`;
  }).join("");
}

export function escaped(text: string): string {
  return text.replace(
    /[&<>]/g,
    (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character]!,
  );
}
