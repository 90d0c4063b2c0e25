/**
 * Stage 2, text into frames. A frame is one sample of nettop: all rows between two headers.
 * In: bytes as the child wrote them, cut anywhere. Out: frames, and how many lines could not be read.
 */
import { type ConnectionRow, type Header, parseLabel, parseLine, type ProcessRow } from "./row.ts";

/** A connection with the process whose row stands above it. */
export interface OwnedRow extends ConnectionRow {
  readonly pid: number;
  readonly process: string;
  /** Of the user who created the socket; absent where the row does not tell it, as nettop's. */
  readonly uid?: number | null;
}

/** One sample of nettop, or as much of it as has come. */
export interface Frame {
  /** One more with every header. The same frame is emitted again when more rows of it have come. */
  readonly number: number;
  /** Monotonic time at which its last row came. */
  readonly arrivedNs: number;
  readonly rows: readonly OwnedRow[];
  /** No more rows of it will come: a socket that it does not list was not listed. */
  readonly isWhole: boolean;
  /**
   * The first after a start. Under load nettop lists sockets in it with counters of 0, so it is not shown as a sample; its counters are
   * used where later ones are lower.
   */
  readonly isPreliminary: boolean;
  /** The first or second after a start: a socket that is new in it may have been open before. */
  readonly isBaseline: boolean;
}

const MAX_LINE_CHARACTERS = 1 << 14;

/** Cuts bytes into lines. Bytes that are not UTF-8 become U+FFFD: nettop cuts process names in the middle of a character. */
export class LineSplitter {
  readonly #decoder = new TextDecoder("utf-8", { fatal: false });
  #rest = "";
  #isOverlong = false;
  #dropped = 0;

  /** Lines that were dropped because they became too long. */
  get dropped(): number {
    return this.#dropped;
  }
  /** Whether the last byte was not the end of a line. */
  get isMidLine(): boolean {
    return this.#rest !== "" || this.#isOverlong;
  }

  /** The lines that `chunk` completes, without their line ends. */
  push(chunk: Uint8Array): string[] {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split("\n");
    this.#rest = lines.pop()!;
    if (this.#isOverlong && lines.length > 0) {
      lines.shift();
      this.#isOverlong = false;
    }
    if (this.#rest.length > MAX_LINE_CHARACTERS) {
      if (!this.#isOverlong) this.#dropped++;
      this.#isOverlong = true;
      this.#rest = "";
    }
    return lines;
  }
}

type Label = ReturnType<typeof parseLabel>;

/** The parsed labels of this frame and the one before: most sockets are listed in every frame. */
export class LabelCache {
  #current = new Map<string, Label>();
  #previous = new Map<string, Label>();

  readonly get = (text: string): Label => {
    let label = this.#current.get(text);
    if (label === undefined) {
      label = this.#previous.get(text) ?? parseLabel(text);
      this.#current.set(text, label);
    }
    return label;
  };

  /** A new frame begins. Labels that the last one was without are dropped. */
  nextFrame(): void {
    this.#previous = this.#current;
    this.#current = new Map();
  }
}

/**
 * Collects rows into frames. nettop writes nothing after a sample, so only the next header, a second later, proves that a frame is whole.
 * To emit it earlier, a pause in the output is taken for the end of the frame, provided that at least one earlier pause was the end of
 * its frame and that rows have never followed a pause.
 */
export class FrameAssembler {
  readonly #labels = new LabelCache();
  #header: Header | null = null;
  #owner: ProcessRow | null = null;
  #rows: OwnedRow[] = [];
  #number: number;
  #arrivedNs = 0;
  #ignored = 0;
  /** Rows of this frame when it was last emitted; -1: it was not. */
  #emittedRows = -1;
  #emittedWhole = false;
  #pauses = { atEnd: 0, within: 0 };

  /** `before`: number of the last frame of an earlier child. `preliminary`: number of the frame that is preliminary. */
  constructor(readonly emit: (frame: Frame) => void, before = 0, readonly preliminary = before + 1) {
    this.#number = before;
  }

  /** Lines that are neither a header nor a row below its process. */
  get ignored(): number {
    return this.#ignored;
  }
  get hasHeader(): boolean {
    return this.#header !== null;
  }

  line(text: string, nowNs: number): void {
    const line = parseLine(text, this.#header, this.#labels.get);
    if (line.kind === "header") return this.#begin(line, nowNs);
    if (line.kind === "process") this.#owner = line;
    else if (line.kind === "other" || this.#owner === null) {
      if (text.trim() !== "") this.#ignored++;
      return;
    } else this.#add(line, this.#owner);
    this.#arrivedNs = nowNs;
  }

  /** No output has come for a while, and the last line is complete. */
  pause(): void {
    if (this.#header === null || this.#emittedRows === this.#rows.length) return;
    this.#emit(this.#pauses.atEnd > 0 && this.#pauses.within === 0);
  }

  /** The child has exited with status 0: the frame is whole. */
  end(): void {
    if (this.#header !== null) this.#finish();
  }

  #begin(header: Header, nowNs: number): void {
    if (this.#header !== null) this.#finish();
    this.#header = header;
    this.#number++;
    this.#owner = null;
    this.#rows = [];
    this.#labels.nextFrame();
    this.#emittedRows = -1;
    this.#emittedWhole = false;
    this.#arrivedNs = nowNs;
  }

  #finish(): void {
    if (this.#emittedRows === this.#rows.length) this.#pauses.atEnd++;
    if (!this.#emittedWhole || this.#emittedRows !== this.#rows.length) this.#emit(true);
  }

  #add(row: ConnectionRow, owner: ProcessRow): void {
    if (this.#emittedRows >= 0) this.#pauses.within++;
    this.#rows.push({ ...row, pid: owner.pid, process: owner.name });
  }

  #emit(isWhole: boolean): void {
    this.#emittedRows = this.#rows.length;
    this.#emittedWhole = isWhole;
    this.emit({
      number: this.#number,
      arrivedNs: this.#arrivedNs,
      rows: this.#rows.slice(),
      isWhole,
      isPreliminary: this.#number === this.preliminary,
      isBaseline: this.#number === this.preliminary || this.#number === this.preliminary + 1,
    });
  }
}
