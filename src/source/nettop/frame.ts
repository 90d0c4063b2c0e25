import { LabelMemory } from "./labels.ts";
import { type ConnectionRow, type Header, parseLine } from "./parser.ts";

/** A connection between addresses, with the process whose row stands above it. */
export interface OwnedRow extends ConnectionRow {
  readonly pid: number;
  readonly process: string;
  /** Of the socket's maker, where the source of the row tells it. */
  readonly uid?: number | null;
}

/** What nettop said of one moment. */
export interface Frame {
  /** Counts up with every header. A frame is told again when more of it has come. */
  readonly number: number;
  /** Monotonic time of its last row's arrival. */
  readonly arrivedNs: number;
  readonly rows: readonly OwnedRow[];
  /** Nothing more of it will come: what is not in it is gone. */
  readonly isWhole: boolean;
  /** The first after a start: under load nettop lists sockets at 0 in it. It is no sample, but its counters hold where they are higher. */
  readonly isPreliminary: boolean;
  /** The first ones after a start or a gap: what is new in them may be older than the frame. */
  readonly isBaseline: boolean;
}

/**
 * Puts lines together to frames. nettop writes a header before each sample and nothing behind it, so a frame is known to be
 * whole only a second late, when the next header comes. A pause is taken for the end at once where the pauses before it were
 * one; should rows have come behind a pause, no pause is trusted again.
 */
export class FrameAssembler {
  readonly #labels = new LabelMemory();
  #header: Header | null = null;
  #owner: { readonly name: string; readonly pid: number } | null = null;
  #rows: OwnedRow[] = [];
  #number: number;
  #arrivedNs = 0;
  #ignored = 0;
  #toldRows = -1;
  #toldWhole = false;
  #pauses = { right: 0, wrong: 0 };

  /** `before` is the number of the last frame of all, `baseline` that of the one that is preliminary. */
  constructor(readonly tell: (frame: Frame) => void, before = 0, readonly baseline = before + 1) {
    this.#number = before;
  }

  /** Lines that were neither a header nor a row with a place. */
  get ignored(): number {
    return this.#ignored;
  }
  get hasHeader(): boolean {
    return this.#header !== null;
  }

  line(text: string, nowNs: number): void {
    const line = parseLine(text, this.#header, this.#labels.read);
    if (line.kind === "header") return this.#begin(line, nowNs);
    if (line.kind === "process") this.#owner = line;
    else if (line.kind === "other" || this.#owner === null) {
      if (text.trim() !== "") this.#ignored++;
      return;
    } else this.#add(line, this.#owner);
    this.#arrivedNs = nowNs;
  }

  /** Nothing has come for a while, and no line is cut. */
  pause(): void {
    if (this.#header === null || this.#toldRows === this.#rows.length) return;
    this.#tell(this.#pauses.right > 0 && this.#pauses.wrong === 0);
  }

  /** Nothing more will come and the child has ended well: what is there is all. */
  end(): void {
    if (this.#header !== null) this.#finish();
  }

  #begin(header: Header, nowNs: number): void {
    if (this.#header !== null) this.#finish();
    this.#header = header;
    this.#number++;
    this.#owner = null;
    this.#rows = [];
    this.#labels.turn();
    this.#toldRows = -1;
    this.#toldWhole = false;
    this.#arrivedNs = nowNs;
  }

  #finish(): void {
    if (this.#toldRows === this.#rows.length) this.#pauses.right++;
    if (!this.#toldWhole || this.#toldRows !== this.#rows.length) this.#tell(true);
  }

  #add(row: ConnectionRow, owner: { readonly name: string; readonly pid: number }): void {
    if (this.#toldRows >= 0) this.#pauses.wrong++;
    this.#rows.push({ ...row, pid: owner.pid, process: owner.name });
  }

  #tell(isWhole: boolean): void {
    this.#toldRows = this.#rows.length;
    this.#toldWhole = isWhole;
    this.tell({
      number: this.#number,
      arrivedNs: this.#arrivedNs,
      rows: this.#rows.slice(),
      isWhole,
      isPreliminary: this.#number === this.baseline,
      isBaseline: this.#number === this.baseline || this.#number === this.baseline + 1,
    });
  }
}
