/** How many cells of a terminal a text takes. The only file that knows widths of characters. */
import { eastAsianWidth } from "get-east-asian-width";

// Marks that stand on the character before them, and the vowels and finals of Hangul syllables.
const MARK = /[\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7ff]/u;

/** 0, 1 or 2 cells. Takes what harmless() let through: controls have no width here. */
export function codePointCells(codePoint: number): 0 | 1 | 2 {
  if (codePoint < 0x300) return 1;
  if (MARK.test(String.fromCodePoint(codePoint))) return 0;
  return eastAsianWidth(codePoint) === 2 ? 2 : 1;
}

export function textCells(text: string): number {
  let cells = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x300) cells++;
    else {
      const whole = text.codePointAt(i)!;
      cells += codePointCells(whole);
      if (whole > 0xffff) i++;
    }
  }
  return cells;
}

/** The longest beginning that fits into `cells`. */
export function headOf(text: string, cells: number): string {
  let used = 0, end = 0;
  for (const character of text) {
    used += codePointCells(character.codePointAt(0)!);
    if (used > cells) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** The longest end that fits into `cells`. */
export function tailOf(text: string, cells: number): string {
  const characters = [...text];
  let used = 0, begin = characters.length;
  while (begin > 0) {
    used += codePointCells(characters[begin - 1].codePointAt(0)!);
    if (used > cells) break;
    begin--;
  }
  while (begin < characters.length && codePointCells(characters[begin].codePointAt(0)!) === 0) begin++;
  return characters.slice(begin).join("");
}

/** Where a text that is too long loses: at its end, its beginning (host names), or its middle (IPv6 addresses). */
export type Cut = "end" | "begin" | "middle";

/** The text in at most `cells` cells, with … for what is left out. */
export function fitted(text: string, cells: number, cut: Cut = "end"): string {
  if (textCells(text) <= cells) return text;
  if (cells <= 1) return cells === 1 ? "…" : "";
  if (cut === "end") return `${headOf(text, cells - 1)}…`;
  if (cut === "begin") return `…${tailOf(text, cells - 1)}`;
  const head = Math.floor((cells - 1) / 2);
  return `${headOf(text, head)}…${tailOf(text, cells - 1 - head)}`;
}

/** Fewer cells of a name say nothing. */
const LEAST_NAME = 8;

/** A name and what stands behind it: in `cells` cells, if it is enough that the name gives way. Whoever has chosen it hides nothing by its length. */
export function named(name: string, behind: string, cells: number): string {
  return `${fitted(name, Math.max(LEAST_NAME, cells - textCells(behind)))}${behind}`;
}

/** The text in lines of at most `cells` cells, at least 2, broken between words; a word that is longer in itself. */
export function wrapped(text: string, cells: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (textCells(longer) <= cells) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (textCells(line) > cells) {
      const head = headOf(line, Math.max(2, cells));
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line === "" ? lines : [...lines, line];
}
