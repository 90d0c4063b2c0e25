/** From what the terminal shows to what it should show, in as few bytes as is simple. */
import type { Canvas } from "../view/canvas.ts";
import type { Theme } from "./theme.ts";

/** A gap of unchanged cells up to this long is cheaper to write again than to jump over. */
const SHORT_GAP = 3;

/** The bytes that turn `before` into `now`; null: nothing is known of the screen, so it is cleared first. "" when nothing has
 * changed. Only cursor positions, colours and printable text: what is in a cell has been made harmless. */
export function frameDiff(before: Canvas | null, now: Canvas, theme: Theme): string {
  const known = before !== null && before.columns === now.columns && before.rows === now.rows ? before : null;
  const writer = new Writer(theme);
  if (known === null) writer.clear();
  for (let y = 0; y < now.rows; y++) if (!now.isRowAs(known, y)) writeRow(writer, known, now, y);
  return writer.end();
}

function writeRow(writer: Writer, before: Canvas | null, now: Canvas, y: number): void {
  const from = y * now.columns, blank = (at: number) => now.texts[at] === " " && now.styles[at] === 0;
  const same = (at: number) =>
    before === null ? blank(at) : before.texts[at] === now.texts[at] && before.styles[at] === now.styles[at];
  let x = 0;
  while (x < now.columns) {
    if (same(from + x)) {
      x++;
      continue;
    }
    // The right half of a wide character comes with its left half.
    let begin = x;
    if (now.texts[from + begin] === "" && begin > 0) begin--;
    let end = x, gap = 0;
    for (let at = x; at < now.columns && gap <= SHORT_GAP; at++) {
      if (same(from + at)) gap++;
      else {
        gap = 0;
        end = at;
      }
    }
    for (let at = begin; at <= end; at++) writer.cell(at, y, now.texts[from + at], now.styles[from + at]);
    x = end + 1;
  }
}

class Writer {
  /** One that writes nothing, for the class to have one: docs/decisions/0054. */
  static readonly none = new Writer(() => "");
  #out = "";
  #x = -1;
  #y = -1;
  #style = "";

  constructor(readonly theme: Theme) {}

  clear(): void {
    this.#out += "\x1b[0m\x1b[2J";
  }

  cell(x: number, y: number, text: string, style: number): void {
    if (text === "") return;
    if (x !== this.#x || y !== this.#y) this.#out += `\x1b[${y + 1};${x + 1}H`;
    const look = this.theme(style);
    if (look !== this.#style) this.#out += this.#style = look;
    this.#out += text;
    // Terminals differ about the width of what is neither Latin nor a box or bar: after it the position is said again.
    const code = text.charCodeAt(0);
    const certain = text.length === 1 && (code < 0x300 || code >= 0x2190 && code < 0x2600);
    this.#x = certain ? x + 1 : -1;
    this.#y = y;
  }

  end(): string {
    return this.#out === "" ? "" : `${this.#out}\x1b[0m`;
  }
}
