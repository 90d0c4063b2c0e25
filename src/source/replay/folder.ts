/** The files that --record with --keep has left in a folder, played as one recording. */
import { ExitStatus, TcptopError } from "../../errors.ts";
import type { Note } from "../../system/source_info.ts";
import { type Chunk, ChunkKind } from "../recording/format.ts";
import { readInfo, type RecordingInfo } from "../recording/info.ts";
import { BEGINS, ownFiles } from "../recording/keeping.ts";
import { RecordingReader, Unreadable } from "../recording/reader.ts";
import { type RecordedNames, scanNames } from "./names.ts";

/** The kind of a chunk that no file can have: what comes next is of another run of the recorder, or of a time after a gap. Nothing of what was goes on. */
export const RESTART = -1;

const NOTHING = new Uint8Array(0);

/** Hands out the chunks of all files, one behind the other, with times since the first began. One that was cut short, as the last of a recorder that
 * was killed, gives what is whole. */
export class FolderReader {
  readonly #files: string[];
  readonly #names: RecordedNames;
  #reader: RecordingReader | null = null;
  #file: Deno.FsFile | null = null;
  #before: RecordingInfo | null = null;
  #firstMs: number | null = null;
  #baseMs = 0;
  #lastMs = 0;
  /** What comes before the rest of a file. */
  readonly #held: Chunk[] = [];
  #cut = 0;

  /** `names`: gets those of each file as it is opened. */
  constructor(
    readonly path: string,
    names: RecordedNames,
    readonly fill: (file: Deno.FsFile) => (to: Uint8Array) => number,
  ) {
    this.#names = names;
    const entries = [...Deno.readDirSync(path)].filter(({ name, isFile }) => isFile && name.startsWith(BEGINS));
    this.#files = ownFiles(entries).map(({ name }) => name);
    if (this.#files.length === 0) {
      throw new TcptopError(`${path} has no recordings, which are called tcptop-TIME.tcptop`, ExitStatus.failed);
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
    if (this.#cut === 0) return [];
    const message = this.#cut === 1
      ? "1 file was cut short or is damaged, as when a recorder is killed: what is whole is played"
      : `${this.#cut} files were cut short or are damaged, as when a recorder is killed: what is whole is played`;
    return [{ code: "recordings_cut", message, remedy: null }];
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
    this.#reader = null;
    this.#files.length = 0;
  }

  #read(): Chunk | null {
    try {
      return this.#reader!.next();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.#cut++;
      return null;
    }
  }

  /** The next file that begins as one; false: there is none. Its first chunk comes behind RESTART, if it does not go on from the one before. */
  #open(): boolean {
    this.#file?.close();
    this.#file = null;
    this.#reader = null;
    for (let name = this.#files.shift(); name !== undefined; name = this.#files.shift()) {
      const file = Deno.openSync(`${this.path}/${name}`, { read: true });
      try {
        scanNames(file, this.#names);
        const reader = new RecordingReader(this.fill(file)), chunk = reader.next();
        const info = chunk?.kind === ChunkKind.info ? readInfo(chunk.payload) : null;
        if (chunk === null || info === null) throw new Unreadable("does not say where it comes from");
        this.#file = file;
        this.#reader = reader;
        this.#begin(chunk, info);
        return true;
      } catch (error) {
        file.close();
        if (!(error instanceof Unreadable)) throw error;
        this.#cut++;
      }
    }
    return false;
  }

  #begin(chunk: Chunk, info: RecordingInfo): void {
    const before = this.#before, beganMs = info.beganMs ?? 0;
    const goesOn = before !== null && info.run !== undefined && before.run === info.run &&
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
