/** Bytes from the terminal to input. Pieces of a sequence may come in any number of reads. */
import type { Input } from "../view/screen/input.ts";

/** A mode's state, as the terminal reports it (DECRPM): 1 set, 2 reset, 0 not recognised. */
export interface ModeReport {
  readonly type: "mode";
  readonly mode: number;
  readonly value: number;
}

const PASTE_BEGIN = "\x1b[200~", PASTE_END = "\x1b[201~";
/** A sequence without an end does not grow for ever. Of a longer paste this is kept, and no more than this is ever of use. */
const MOST_HELD = 1 << 16;

/** Characters of a sequence that has begun which may be as many keys. */
const MOST_KEYS = 2;

const FINAL: ReadonlyMap<string, string> = new Map(Object.entries({
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  Z: "backtab",
}));
/** The same with Alt (3) or Ctrl (5). */
const BY_WORD: ReadonlyMap<string, string> = new Map([["C", "wordright"], ["D", "wordleft"]]);
/** As readline has it: Alt with Backspace, and with b and f, which terminals of macOS send for Option with an arrow. */
const WITH_ALT: ReadonlyMap<string, string> = new Map([["\x7f", "ctrl-w"], ["b", "wordleft"], ["f", "wordright"]]);
/** rxvt's Ctrl with an arrow, behind ESC O. */
const RXVT: ReadonlyMap<string, string> = new Map([["a", "up"], ["b", "down"], ["c", "wordright"], ["d", "wordleft"]]);
const TILDE: ReadonlyMap<string, string> = new Map(Object.entries({
  "1": "home",
  "2": "insert",
  "3": "delete",
  "4": "end",
  "5": "pageup",
  "6": "pagedown",
  "7": "home",
  "8": "end",
  ...Object.fromEntries([11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24].map((code, i) => [code, `f${i + 1}`])),
}));
/** ESC O P to S; with Shift and the like ESC [ 1 ; 2 P. ESC [ P is no F1. */
const FUNCTION = "PQRS";
/** Linux's own console has ESC [ [ A to E for F1 to F5. */
const CONSOLE_FUNCTION = "ABCDE";
const CONTROL: ReadonlyMap<string, string> = new Map(Object.entries({
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
}));

export class InputDecoder {
  #held = "";
  /** The paste that has begun, so far; null: none has. Over a slow line it comes in many reads, and none of it may be taken for keys. */
  #pasted: string | null = null;
  readonly #decoder = new TextDecoder();

  /** What has begun, for which flush() is to be called if nothing more comes: what may be keys, Escape and one behind it; what no hand types, the
   * rest of which comes late on a slow line. null: nothing has. */
  get waits(): "keys" | "sequence" | null {
    if (this.#held === "" || this.#pasted !== null) return null;
    return this.#held.length <= MOST_KEYS ? "keys" : "sequence";
  }

  decode(bytes: Uint8Array): (Input | ModeReport)[] {
    this.#held += this.#decoder.decode(bytes, { stream: true });
    return this.#take(false);
  }

  /** Nothing more has come: a lone ESC was the key, and a sequence without its end is none. */
  flush(): (Input | ModeReport)[] {
    return this.#take(true);
  }

  #take(flush: boolean): (Input | ModeReport)[] {
    const found: (Input | ModeReport)[] = [];
    while (this.#held !== "") {
      if (this.#pasted === null && this.#held.startsWith(PASTE_BEGIN)) {
        this.#pasted = "";
        this.#held = this.#held.slice(PASTE_BEGIN.length);
      }
      if (this.#pasted !== null) {
        const input = this.#takePaste(this.#pasted);
        if (input === null) break;
        found.push(input);
        continue;
      }
      const taken = next(this.#held, flush || this.#held.length > MOST_HELD);
      if (taken === null) break;
      this.#held = this.#held.slice(taken.length);
      if (taken.input !== null) found.push(taken.input);
    }
    return found;
  }

  /** null: its end has not come yet, only what may be the beginning of that is held. */
  #takePaste(before: string): Input | null {
    const end = this.#held.indexOf(PASTE_END), mayBegin = this.#held.lastIndexOf("\x1b");
    const isBegun = mayBegin >= 0 && PASTE_END.startsWith(this.#held.slice(mayBegin));
    const length = end >= 0 ? end : isBegun ? mayBegin : this.#held.length;
    const text = before + this.#held.slice(0, Math.min(length, MOST_HELD - before.length));
    this.#held = this.#held.slice(end >= 0 ? end + PASTE_END.length : length);
    this.#pasted = end >= 0 ? null : text;
    return end >= 0 ? { type: "paste", text } : null;
  }
}

interface Taken {
  readonly length: number;
  /** null: nothing that means something here. */
  readonly input: Input | ModeReport | null;
}

const key = (name: string, length: number): Taken => ({ length, input: { type: "key", key: name } });

/** The first input of the text; null: its end has not come yet. */
function next(text: string, flush: boolean): Taken | null {
  if (text[0] !== "\x1b") return character(text);
  if (text[1] === "[" || text[1] === "O") return sequence(text, flush);
  if (text.length === 1) return flush ? key("escape", 1) : null;
  const reply = stringReply(text);
  if (reply !== null && reply > 0) return { length: reply, input: null };
  if (reply === 0 && !flush) return null;
  if (reply === 0 && text.length > MOST_KEYS) return { length: text.length, input: null };
  const withAlt = WITH_ALT.get(text[1]);
  if (withAlt !== undefined) return key(withAlt, 2);
  // Before another key it could be Alt, which means nothing here; a busy moment may have put two keys into one read.
  return key("escape", 1);
}

function character(text: string): Taken {
  const first = String.fromCodePoint(text.codePointAt(0)!);
  const control = CONTROL.get(first);
  if (control !== undefined) return key(control, 1);
  if (first < " ") return key(`ctrl-${String.fromCharCode(first.charCodeAt(0) + 0x60)}`, 1);
  return key(first, first.length);
}

/** What a terminal says in a string of its own (OSC, DCS, APC, PM, SOS), as to who asked before us: its characters are no keys. Its length; 0: its end has not
 * come yet; null: it is none. */
function stringReply(text: string): number | null {
  // deno-lint-ignore no-control-regex
  const [begun] = /^\x1b[\]P_^X][^\x00-\x1f]*/.exec(text) ?? [null];
  if (begun === null) return null;
  const end = text.slice(begun.length);
  if (end.startsWith("\x07")) return begun.length + 1;
  if (end.startsWith("\x1b\\")) return begun.length + 2;
  return end === "" || end === "\x1b" ? 0 : null;
}

/** CSI and SS3 sequences. */
function sequence(text: string, flush: boolean): Taken | null {
  if (text.startsWith("\x1b[[")) return consoleFunction(text, flush);
  if (text.startsWith("\x1b[M")) return oldMouse(text, flush);
  // deno-lint-ignore no-control-regex
  const match = /^\x1b(?:O|\[)([<?]?)([\d;]*)([\x20-\x2f]*)([\x40-\x7e])/.exec(text);
  if (match === null) {
    // deno-lint-ignore no-control-regex
    const whole = /^\x1b[O[][<?]?[\d;]*[\x20-\x2f]*$/.test(text);
    if (whole && !flush) return null;
    if (text.length <= MOST_KEYS) return key("escape", 1);
    return { length: whole ? text.length : 2, input: null };
  }
  const [whole, mark, parameters, , final] = match, length = whole.length;
  if (mark === "<") return { length, input: mouse(parameters, final) };
  if (mark === "?" && final === "y") {
    const [mode, value] = parameters.split(";").map(Number);
    return { length, input: { type: "mode", mode, value } };
  }
  const name = mark === "" ? keyName(parameters, final, text[1] === "O") : undefined;
  return name === undefined ? { length, input: null } : key(name, length);
}

function keyName(parameters: string, final: string, isSs3: boolean): string | undefined {
  if (final === "~") return TILDE.get(parameters.split(";")[0]);
  // ESC [ 12 ; 34 R is where the cursor is, as whoever asked before us wanted to know.
  if (isSs3 && RXVT.has(final)) return RXVT.get(final);
  const place = isSs3 || /^1?;/.test(parameters) ? FUNCTION.indexOf(final) : -1;
  if (place >= 0) return `f${place + 1}`;
  return /^1;[35]$/.test(parameters) ? BY_WORD.get(final) ?? FINAL.get(final) : FINAL.get(final);
}

function consoleFunction(text: string, flush: boolean): Taken | null {
  if (text.length === 3) return flush ? { length: 3, input: null } : null;
  const place = CONSOLE_FUNCTION.indexOf(text[3]);
  return place < 0 ? { length: 3, input: null } : key(`f${place + 1}`, 4);
}

/** Terminals that know no SGR reports send three characters in place of numbers, each 32 more: they are no keys. */
function oldMouse(text: string, flush: boolean): Taken | null {
  // deno-lint-ignore no-control-regex
  const [whole] = /^\x1b\[M[^\x00-\x1f]{0,3}/.exec(text)!, [button, x, y] = [...whole.slice(3)];
  if (y === undefined) return whole === text && !flush ? null : { length: whole.length, input: null };
  const numbers = [button, x, y].map((character) => character.charCodeAt(0) - 32);
  // What is no UTF-8 tells no column.
  const isKnown = !whole.includes("\ufffd");
  return { length: whole.length, input: isKnown ? mouse(numbers.join(";"), numbers[0] === 3 ? "m" : "M") : null };
}

/** SGR mouse reports: button;column;row, M pressed, m released. */
function mouse(parameters: string, final: string): Input | null {
  const [button, column, row] = parameters.split(";").map(Number), x = column - 1, y = row - 1;
  if (!(x >= 0 && y >= 0)) return null;
  if (button === 64 || button === 65) return { type: "mouse", action: button === 64 ? "wheelup" : "wheeldown", x, y };
  return button === 0 && final === "M" ? { type: "mouse", action: "press", x, y } : null;
}
