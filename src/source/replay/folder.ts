/** The files that --record with --keep has left in a folder, played as one recording. */
import { ExitStatus, TcptopError } from "../../errors.ts";
import type { Note } from "../../system/source_info.ts";
import { type Chunk, ChunkKind } from "../recording/format.ts";
import { readInfo, type RecordingInfo } from "../recording/info.ts";
import { BEGINS, fileTimeMs, ownFiles } from "../recording/keeping.ts";
import { Unreadable } from "../recording/reader.ts";
import { FileReader, RESTART, type Sought } from "./file.ts";
import type { RecordedNames } from "./names.ts";

const NOTHING = new Uint8Array(0);

/** Hands out the chunks of all files, one behind the other, with times since the first began. One that was cut short, as the last of a recorder that
 * was killed, gives what is whole. */
export class FolderReader {
  readonly #files: string[];
  /** All of them, opened at once: root, who may read them, is given up before the first one is played. */
  readonly #opened: Deno.FsFile[] = [];
  readonly #names: RecordedNames;
  /** Of #files, the one that is opened next. */
  #next = 0;
  #reader: FileReader | null = null;
  #before: RecordingInfo | null = null;
  #firstMs: number | null = null;
  #baseMs = 0;
  #lastMs = 0;
  /** What comes before the rest of a file. */
  #held: Chunk[] = [];
  readonly #cut = new Set<string>();

  /** `names`: gets those of each file as it is opened. */
  constructor(readonly path: string, names: RecordedNames) {
    this.#names = names;
    const entries = [...Deno.readDirSync(path)].filter(({ name, isFile }) => isFile && name.startsWith(BEGINS));
    this.#files = ownFiles(entries).map(({ name }) => name);
    if (this.#files.length === 0) {
      throw new TcptopError(`${path} has no recordings, which are called tcptop-TIME.tcptop`, ExitStatus.failed);
    }
    try {
      for (const name of this.#files) this.#opened.push(Deno.openSync(`${path}/${name}`, { read: true }));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  next(): Chunk | null {
    for (;;) {
      const held = this.#held.shift();
      if (held !== undefined) return held;
      const chunk = this.#reader === null ? null : this.#read();
      if (chunk !== null) {
        const timeMs = this.#lastMs = this.#baseMs + chunk.timeMs;
        return { ...chunk, timeMs };
      }
      if (!this.#open()) return null;
    }
  }

  notes(): Note[] {
    const cut = this.#cut.size;
    if (cut === 0) return [];
    const message = cut === 1
      ? "1 file was cut short or is damaged, as when a recorder is killed: what is whole is played"
      : `${cut} files were cut short or are damaged, as when a recorder is killed: what is whole is played`;
    return [{ code: "recordings_cut", message, remedy: null }];
  }

  close(): void {
    for (const file of this.#opened.splice(0)) file.close();
    this.#reader = null;
    this.#next = this.#files.length;
  }

  /** As FileReader.seek(). In another file that has no keyframe before `wallMs`, its beginning. */
  seek(wallMs: number, back = false): Sought | null {
    const later = this.#files.findIndex((name) => fileTimeMs(name)! >= wallMs);
    // At the end none is open.
    const current = this.#reader === null ? this.#files.length : this.#next - 1;
    const wanted = Math.max(0, (later < 0 ? this.#files.length : later) - 1);
    if (wanted === current) return this.#within(wallMs, back);
    if (wanted < current && !back) return null;
    // Where nothing in the file lies before, what the one before it ends with leads to it.
    for (const file of [wanted, wanted - 1]) {
      if (file < 0) continue;
      const sought = this.#jump(file) ? this.#within(wallMs, false) : null;
      if (sought !== null) return sought;
    }
    return this.#jump(wanted) ? { state: null, timeMs: this.#baseMs, info: null, processes: [] } : null;
  }

  #jump(file: number): boolean {
    if (file < this.#next) this.#lastMs = 0;
    this.#next = file;
    this.#held = [];
    return this.#open(true);
  }

  #within(wallMs: number, back: boolean): Sought | null {
    const sought = this.#reader?.seek(wallMs, back) ?? null;
    if (sought === null) return null;
    const timeMs = this.#lastMs = this.#baseMs + sought.timeMs;
    this.#held = [];
    return { ...sought, timeMs };
  }

  #read(): Chunk | null {
    try {
      return this.#reader!.next();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.#cut.add(this.#files[this.#next - 1]);
      return null;
    }
  }

  /** The next file that begins as one; false: there is none. Its first chunk comes behind RESTART, if it does not go on from the one before, or
   * the one before was not played. */
  #open(jumped = false): boolean {
    this.#reader = null;
    while (this.#next < this.#files.length) {
      const name = this.#files[this.#next], file = this.#opened[this.#next++];
      file.seekSync(0, Deno.SeekMode.Start);
      try {
        this.#names.nextFile();
        const reader = new FileReader(file, this.#names), chunk = reader.next();
        const info = chunk?.kind === ChunkKind.info ? readInfo(chunk.payload) : null;
        if (chunk === null || info === null) throw new Unreadable("does not say where it comes from");
        this.#reader = reader;
        this.#begin(chunk, info, jumped);
        return true;
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        this.#cut.add(name);
      }
    }
    return false;
  }

  #begin(chunk: Chunk, info: RecordingInfo, jumped: boolean): void {
    const before = this.#before, beganMs = info.beganMs ?? 0;
    const goesOn = !jumped && before !== null && info.run !== undefined && before.run === info.run &&
      info.part === before.part! + 1;
    this.#firstMs ??= beganMs;
    // A clock that was set back does not turn the order round.
    this.#baseMs = goesOn ? this.#lastMs : Math.max(this.#lastMs, beganMs - this.#firstMs);
    const timeMs = this.#lastMs = this.#baseMs + chunk.timeMs;
    if (before !== null && !goesOn) this.#held.push({ kind: RESTART, timeMs, payload: NOTHING });
    this.#held.push({ ...chunk, timeMs });
    this.#before = info;
  }
}
