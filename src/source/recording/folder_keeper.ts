/** A recording in files of an hour each, of which the oldest go. */
import type { Keeping } from "../../options.ts";
import { FileError, type OpenFile } from "../../system/output_file.ts";
import { type OpenFolder, told } from "../../system/output_folder.ts";
import type { Note } from "../../system/source_info.ts";
import { FileKeeper, type RecordFile } from "./file_keeper.ts";
import type { Names, RecordingInfo } from "./info.ts";
import type { Keeper } from "./keeper.ts";
import { BEGINS, fileName, isFull, outdated, ownFiles } from "./keeping.ts";
import { KnownNames } from "./known_names.ts";

export interface Clocks {
  /** Monotonic. */
  readonly nowMs: () => number;
  /** Since 1970. */
  readonly wallMs: () => number;
}

const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);
const LEAST_BYTES = 1 << 14, SHARE = 8;
/** The first sample of a file describes all flows, and the second has the counters of all: later ones have what has changed. */
const WHOLE_SAMPLES = 2;
/** Files that began in one second, on a machine whose clock is set back again and again. */
const MOST_IN_A_SECOND = 9999;

/** There is no room, and nothing older that could make some. */
class NoRoom extends Error {}

/** Every file stands for itself: it has what is known of names, and the source is asked to describe all flows anew. */
export class FolderKeeper implements Keeper {
  readonly #run = crypto.randomUUID();
  readonly #names = new KnownNames();
  #part = 0;
  #info: RecordingInfo | null = null;
  #current: CurrentFile | null = null;
  #keeper: FileKeeper | null = null;
  #wantsAll = false;
  /** Samples to come that are still of the file's beginning. */
  #headSamples = WHOLE_SAMPLES;
  /** What the last name was made of. */
  #last = { wallMs: -1e12, further: 0 };
  /** Once a file alone has filled the disk, the next ones are so small that not all must go again. */
  #mostBytes = Infinity;
  /** Files that went because the disk was full. */
  #removed = 0;

  constructor(
    readonly path: string,
    readonly folder: OpenFolder,
    readonly keeping: Keeping,
    readonly clocks: Clocks,
  ) {}

  info(info: RecordingInfo): void {
    this.#info = info;
    if (this.#keeper === null) told(this.path, () => this.#begin());
    else this.#write((keeper) => keeper.info(this.#partInfo()));
  }

  records(bytes: Uint8Array): void {
    this.#write((keeper) => keeper.records(bytes));
  }

  names(names: Names): void {
    this.#names.add(names);
    this.#write((keeper) => keeper.names(names));
  }

  sample(): void {
    this.#write((keeper) => keeper.sample());
    if (this.#headSamples > 0) {
      this.#headSamples--;
      this.#current!.headBytes = this.#current!.bytes;
    }
    const { beganMs, bytes: all, headBytes } = this.#current!, nowMs = this.clocks.wallMs(), bytes = all - headBytes;
    if (bytes >= this.#mostBytes || isFull(this.keeping, beganMs, bytes, nowMs)) {
      this.#finish();
      this.#again(WHOLE_SAMPLES);
    } else if ("bytes" in this.keeping) told(this.path, () => this.#retain());
  }

  get wantsState(): boolean {
    return this.#keeper?.wantsState ?? false;
  }

  state(bytes: Uint8Array, wallMs: number): void {
    this.#write((keeper) => keeper.state(bytes, wallMs));
  }

  end(): void {
    this.#finish();
  }

  /** Without room for its last chunk the file is one that was cut short, which can be played. */
  #finish(): void {
    try {
      this.#keeper?.end();
    } catch (error) {
      if (!(error instanceof NoRoom)) throw error;
    }
  }

  discard(): void {
    this.#keeper?.discard();
  }

  wantsAll(): boolean {
    const wants = this.#wantsAll;
    this.#wantsAll = false;
    return wants;
  }

  notes(): Note[] {
    if (this.#removed === 0) return [];
    const message = `The disk was full: ${this.#removed} of the oldest recordings in ${this.path} ` +
      `${this.#removed === 1 ? "was" : "were"} removed before their time`;
    return [{ code: "recordings_removed", message, remedy: "Make room, or keep less: a smaller --keep" }];
  }

  /** Where there is no room, whatever is older goes: at last what this file has so far. */
  #write(step: (keeper: FileKeeper) => void): void {
    try {
      step(this.#keeper!);
    } catch (error) {
      if (!(error instanceof NoRoom)) throw error;
      const { name, bytes } = this.#current!;
      this.#mostBytes = Math.max(LEAST_BYTES, bytes / SHARE);
      this.#keeper!.file.close();
      told(this.path, () => this.folder.remove(name));
      this.#removed++;
      this.#again(1 + WHOLE_SAMPLES);
    }
  }

  /** The next file, whose beginning has all that is known. `headSamples`: one more amid a sample, for the source describes all flows in the next. */
  #again(headSamples: number): void {
    told(this.path, () => {
      try {
        this.#begin();
      } catch (error) {
        throw error instanceof NoRoom ? new FileError("ENOSPC") : error;
      }
    });
    this.#wantsAll = true;
    this.#headSamples = headSamples;
  }

  #begin(): void {
    const beganMs = this.clocks.wallMs(), [name, file] = this.#create(beganMs);
    this.#current = new CurrentFile(this.path, name, file, beganMs, () => this.#makeRoom());
    this.#keeper = new FileKeeper(this.#current, this.clocks.nowMs);
    this.#part++;
    this.#retain();
    this.#keeper.info(this.#partInfo());
    for (const names of this.#names.all()) this.#keeper.names(names);
    this.#current.headBytes = this.#current.bytes;
  }

  #create(wallMs: number): [name: string, file: OpenFile] {
    // A name that was used and is free again would stand before those that were given since.
    const isSame = fileName(wallMs) === fileName(this.#last.wallMs);
    for (let further = isSame ? this.#last.further + 1 : 0;; further++) {
      const name = fileName(wallMs, further);
      this.#last = { wallMs, further };
      try {
        return [name, this.folder.create(name)];
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        const isTaken = error.code === "EEXIST" && further < MOST_IN_A_SECOND;
        if (!isTaken && !(FULL.has(error.code) && this.#makeRoom())) throw error;
      }
    }
  }

  #partInfo(): RecordingInfo {
    return { ...this.#info!, run: this.#run, part: this.#part, beganMs: this.#current!.beganMs };
  }

  /** What is older than asked for goes. */
  #retain(): void {
    const files = ownFiles(this.folder.list(BEGINS)).filter(({ name }) => name !== this.#current!.name);
    const count = outdated(this.keeping, [...files, this.#current!], this.clocks.wallMs());
    for (const { name } of files.slice(0, count)) this.#remove(name);
  }

  /** Removes the oldest; whether there was one. */
  #makeRoom(): boolean {
    const oldest = ownFiles(this.folder.list(BEGINS)).find(({ name }) => name !== this.#current?.name);
    if (oldest === undefined) return false;
    this.#remove(oldest.name);
    this.#removed++;
    return true;
  }

  /** Somebody else may have removed it. */
  #remove(name: string): void {
    try {
      this.folder.remove(name);
    } catch (error) {
      if (!(error instanceof FileError && error.code === "ENOENT")) throw error;
    }
  }
}

/** The file that is being written. */
class CurrentFile implements RecordFile {
  #bytes = 0;
  /** With what was known before, and all flows: it does not count for when the file is full, or each sample would be a file of its own where all
   * flows take more than a file may have. */
  headBytes = 0;

  /** `makeRoom`: whether it could. */
  constructor(
    readonly folder: string,
    readonly name: string,
    readonly file: OpenFile,
    readonly beganMs: number,
    readonly makeRoom: () => boolean,
  ) {}

  get path(): string {
    return `${this.folder}/${this.name}`;
  }
  get byteLength(): number {
    return this.#bytes;
  }
  get bytes(): number {
    return this.#bytes;
  }

  append(bytes: Uint8Array): void {
    for (;;) {
      try {
        this.file.append(bytes);
        this.#bytes += bytes.length;
        return;
      } catch (error) {
        if (!(error instanceof FileError && FULL.has(error.code))) return told(this.path, () => fail(error));
        if (!this.makeRoom()) throw new NoRoom();
      }
    }
  }

  close(): void {
    this.file.close(false);
  }
  discard(): void {
    this.file.close(true);
  }
}

function fail(error: unknown): never {
  throw error;
}
