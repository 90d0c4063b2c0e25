/** The terminal as a device: raw mode, the other screen, and back. */
import type { Canvas } from "../view/canvas.ts";
import { type Charset, unchanged } from "../view/charset.ts";
import { frameDiff } from "./diff.ts";
import type { Theme } from "./theme.ts";

/** What the terminal is reached through. */
export interface Device {
  write(bytes: Uint8Array): Promise<number>;
  /** ISIG stays on: ^C and ^Z are signals, for the whole job and not for us alone. */
  setRaw(raw: boolean): void;
  /** Whether our job has the terminal: the kernel stops any other that sets its modes or reads keys (SIGTTOU, SIGTTIN). Left out: always. */
  isInFront?(): boolean;
  /** Ends the process at once if our job has not got the terminal. */
  exit?(status: number): void;
  /** Throws when the terminal has gone. */
  size(): { readonly columns: number; readonly rows: number };
}

const SYNCHRONISED = 2026;
// The other screen, no cursor, pastes marked, and lines that do not wrap.
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?7l";
// Mouse buttons in SGR form. While they are reported the terminal selects no text.
const MOUSE_ON = "\x1b[?1000h\x1b[?1006h", MOUSE_OFF = "\x1b[?1006l\x1b[?1000l";
const ASK = `\x1b[?${SYNCHRONISED}$p`;
// A terminal without another screen (Linux's console, GNU screen as it is shipped) keeps the last frame: what comes next begins in its last line, which has
// the keys. There is none below 999, and any terminal stops at its last.
const BEGIN_LAST_LINE = "\x1b[999;1H\x1b[K";
const LEAVE = `\x1b[0m\x1b[?7h\x1b[?2004l\x1b[?1006l\x1b[?1000l${BEGIN_LAST_LINE}\x1b[?25h\x1b[?1049l`;
const encoder = new TextEncoder();

export class Terminal {
  #shown: Canvas | null = null;
  #spare: Canvas | null = null;
  #entered = false;
  #synchronised = false;
  #mouse = true;
  #writing: Promise<void> | null = null;

  /** `charset`: what the terminal takes of Unicode. */
  constructor(readonly device: Device, readonly theme: Theme, readonly charset: Charset = unchanged) {}

  enter(): void {
    this.device.setRaw(true);
    this.#entered = true;
    this.#shown = null;
    this.#write(ENTER + (this.#mouse ? MOUSE_ON : "") + ASK);
  }

  /** Whether the terminal tells of the mouse; from enter() on too. */
  setMouse(mouse: boolean): void {
    if (mouse === this.#mouse) return;
    this.#mouse = mouse;
    if (this.#entered) this.#write(mouse ? MOUSE_ON : MOUSE_OFF);
  }

  /** A sound, or whatever the terminal makes of it. */
  bell(): void {
    if (this.#entered) this.#write("\x07");
  }

  /** Puts the terminal back as it was. Resolves when that has been written; safe to call twice, and when the terminal has gone. */
  async leave(): Promise<void> {
    if (!this.#entered) return;
    this.#entered = false;
    try {
      this.device.setRaw(false);
    } catch {
      // Gone.
    }
    await this.#writing?.catch(() => {});
    this.#write(LEAVE);
    await this.#writing?.catch(() => {});
  }

  /** A terminal that says it knows synchronised output gets it: nothing of a frame is then seen before all of it is. */
  modeReported(mode: number, value: number): void {
    if (mode === SYNCHRONISED) this.#synchronised = value === 1 || value === 2;
  }

  /** The next frame is drawn whole: something else may have written on the screen. */
  forget(): void {
    this.#shown = null;
  }

  /** Whether the last frame has not gone out yet: a slow terminal gets fewer frames, not later ones. */
  get busy(): boolean {
    return this.#writing !== null;
  }

  /** Resolves when what was written has gone out. Throws what the terminal said to it. */
  async written(): Promise<void> {
    await this.#writing;
  }

  /** A canvas that is not shown any more, for the next frame; null: there is none. */
  takeSpare(): Canvas | null {
    const spare = this.#spare;
    this.#spare = null;
    return spare;
  }

  /** Returns the bytes written. The canvas is the terminal's from here on. */
  draw(canvas: Canvas): number {
    if (!this.#entered || this.busy) return 0;
    const diff = frameDiff(this.#shown, canvas, this.theme);
    this.#spare = this.#shown;
    this.#shown = canvas;
    if (diff === "") return 0;
    return this.#write(this.#synchronised ? `\x1b[?${SYNCHRONISED}h${diff}\x1b[?${SYNCHRONISED}l` : diff);
  }

  #write(text: string): number {
    const bytes = encoder.encode(this.charset(text)), before = this.#writing ?? Promise.resolve();
    const writing = before.then(() => this.#writeAll(bytes)).finally(() => {
      if (this.#writing === writing) this.#writing = null;
    });
    // Whoever asks for written() hears of it; until then it is no unhandled rejection.
    writing.catch(() => {});
    this.#writing = writing;
    return bytes.length;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.device.write(bytes.subarray(at));
  }
}
