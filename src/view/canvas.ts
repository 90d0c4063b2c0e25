/** A grid of cells to draw on: what the user should see, without a word about how a terminal is told so. */
import { harmless } from "../harmless.ts";
import { codePointCells } from "./width.ts";

/** What a cell says, for the theme to colour. */
export const Role = {
  text: 0,
  dim: 1,
  strong: 2,
  label: 3,
  title: 4,
  sorted: 5,
  received: 6,
  sent: 7,
  warning: 8,
  error: 9,
  fresh: 10,
  bar: 11,
  key: 12,
  frame: 13,
  badge: 14,
  listening: 15,
  network: 16,
  peer: 17,
  buffer: 18,
  partNetwork: 19,
  partLoss: 20,
  partPeer: 21,
  partBuffer: 22,
  partReader: 23,
  partApplication: 24,
} as const;
export type Role = typeof Role[keyof typeof Role];

/** Added to a role: the cell is under the cursor. */
export const SELECTED = 0x40;
const ROLE_BITS = 0x3f;
/** As many marks as one character needs; more of them would cover the lines above. */
const MOST_MARKS = 3;

export class Canvas {
  /** A character with its marks; "" is the right half of the one to the left. */
  readonly texts: string[];
  readonly styles: Uint8Array;
  /** By row: whether anything has been written on it. The others are blank. */
  readonly #written: Uint8Array;

  constructor(readonly columns: number, readonly rows: number) {
    this.texts = new Array(columns * rows).fill(" ");
    this.styles = new Uint8Array(columns * rows);
    this.#written = new Uint8Array(rows);
  }

  /** A blank one, in the memory of `spare` if that has the size. */
  static blank(columns: number, rows: number, spare: Canvas | null): Canvas {
    if (spare === null || spare.columns !== columns || spare.rows !== rows) return new Canvas(columns, rows);
    spare.#clear();
    return spare;
  }

  #clear(): void {
    const { columns, texts, styles } = this, written = this.#written;
    for (let y = 0; y < written.length; y++) {
      if (written[y] === 0) continue;
      texts.fill(" ", y * columns, (y + 1) * columns);
      styles.fill(0, y * columns, (y + 1) * columns);
      written[y] = 0;
    }
  }

  /** Whether the row shows the same as another canvas's of this width; null: as a blank one. */
  isRowAs(other: Canvas | null, y: number): boolean {
    const { columns, texts, styles } = this;
    if (this.#written[y] === 0 && (other === null || other.#written[y] === 0)) return true;
    if (other === null) return false;
    const theirs = other.texts, looks = other.styles;
    for (let at = y * columns, end = at + columns; at < end; at++) {
      if (texts[at] !== theirs[at] || styles[at] !== looks[at]) return false;
    }
    return true;
  }

  /** Writes within `cells` cells from x on and never beyond the edge. Control characters become
   * pictures of themselves, whoever forgot to see to it. Returns the x behind the text. */
  put(x: number, y: number, raw: string, role: Role = Role.text, cells = this.columns - x): number {
    if (y < 0 || y >= this.rows || x < 0) return x;
    const end = Math.min(this.columns, x + cells), text = harmless(raw);
    let at = x;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x300) {
        if (at >= end) break;
        this.#set(at++, y, text[i], role, 1);
        continue;
      }
      const whole = text.codePointAt(i)!, character = String.fromCodePoint(whole), width = codePointCells(whole);
      if (whole > 0xffff) i++;
      if (width === 0) this.#mark(at, x, y, character);
      else if (at + width > end) break;
      else {
        this.#set(at, y, character, role, width);
        at += width;
      }
    }
    return at;
  }

  /** Right-aligned in the cells from x on. */
  putRight(x: number, y: number, text: string, role: Role, cells: number, textCells: number): void {
    this.put(x + Math.max(0, cells - textCells), y, text, role, Math.min(cells, textCells));
  }

  fill(x: number, y: number, cells: number, role: Role): void {
    for (let at = Math.max(0, x); at < Math.min(this.columns, x + cells); at++) this.#set(at, y, " ", role, 1);
  }

  /** Marks whole cells as under the cursor. */
  select(x: number, y: number, cells: number): void {
    if (y < 0 || y >= this.rows) return;
    const from = y * this.columns;
    this.#written[y] = 1;
    for (let at = x; at < Math.min(this.columns, x + cells); at++) this.styles[from + at] |= SELECTED;
  }

  role(x: number, y: number): Role {
    return (this.styles[y * this.columns + x] & ROLE_BITS) as Role;
  }

  /** The row as text, without what is blank at its end. */
  line(y: number): string {
    return this.texts.slice(y * this.columns, (y + 1) * this.columns).join("").trimEnd();
  }

  #set(x: number, y: number, text: string, role: Role, width: 1 | 2): void {
    if (y < 0 || y >= this.rows) return;
    const at = y * this.columns + x, last = at + width - 1;
    this.#written[y] = 1;
    // Half of a wide character cannot stay.
    if (this.texts[at] === "" && x > 0) this.texts[at - 1] = " ";
    if (x + width < this.columns && this.texts[last + 1] === "") this.texts[last + 1] = " ";
    this.texts[at] = text;
    this.styles[at] = role;
    if (width === 2) {
      this.texts[last] = "";
      this.styles[last] = role;
    }
  }

  #mark(x: number, begin: number, y: number, mark: string): void {
    let at = y * this.columns + x - 1;
    if (x <= begin) return;
    if (this.texts[at] === "") at--;
    if (this.texts[at].length <= MOST_MARKS) this.texts[at] += mark;
  }
}
