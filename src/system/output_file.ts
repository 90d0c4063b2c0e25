/** Files that the user named for output. */
import { ExitStatus, TcptopError } from "../errors.ts";
import { fileFailure } from "../file.ts";
import type { Identity } from "./identity.ts";

/** One file that is open. Codes are those of errno. */
export interface OpenFile {
  /** Whether open() made it. */
  readonly created: boolean;
  readonly byteLength: number;
  read(position: number, length: number): Uint8Array<ArrayBuffer>;
  /** All of it or nothing. Throws a FileError. */
  append(bytes: Uint8Array): void;
  /** Takes away all that is in it. */
  clear(): void;
  /** `discard`: removes it if it is empty. */
  close(discard: boolean): void;
}

/** How files are opened on this system, so that nobody else can lead us to another one. */
export interface Files {
  /** Throws a FileError. `owner`: whom a new file is given to, and who an existing one must belong to. `isNew`: it must not exist. */
  open(path: string, owner: Identity, isNew: boolean): OpenFile;
}

/** Why a file could not be used: errno's name, and what a user must know beside it. */
export class FileError extends Error {
  constructor(readonly code: string, readonly whose: number | null = null) {
    super(code);
  }
}

/** Appended to, made with mode 0600 if it is not there, never reached through somebody else's link. Failures are TcptopErrors. */
export class OutputFile {
  readonly #file: OpenFile;
  #open = true;

  /** A new file goes to `owner`; an existing one must be the owner's, regular, and have no second name. */
  constructor(readonly path: string, owner: Identity, files: Files, isNew = false) {
    this.#file = this.#guarded(() => files.open(path, owner, isNew));
  }

  get created(): boolean {
    return this.#file.created;
  }

  get byteLength(): number {
    return this.#file.byteLength;
  }

  /** Fewer than `length` bytes where the file ends before. */
  read(position: number, length: number): Uint8Array<ArrayBuffer> {
    return this.#file.read(position, length);
  }

  /** Appends all of `bytes` or nothing: what a full disk took of them is taken back. */
  append(bytes: Uint8Array): void {
    this.#guarded(() => this.#file.append(bytes));
  }

  /** Puts `bytes` in the place of all that it holds. */
  replace(bytes: Uint8Array): void {
    const before = this.read(0, this.byteLength);
    this.#guarded(() => {
      this.#file.clear();
      try {
        this.#file.append(bytes);
      } catch (error) {
        this.#file.append(before);
        throw error;
      }
    });
  }

  close(): void {
    this.#close(false);
  }

  /** Closes, and removes a file that open() made and nothing was written to. */
  discard(): void {
    this.#close(this.created);
  }

  #close(discard: boolean): void {
    if (this.#open) this.#file.close(discard);
    this.#open = false;
  }

  #guarded<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const sentence = `Cannot write to ${this.path}: ${fileFailure(error.code, error.whose)}`;
      throw new TcptopError(sentence, ExitStatus.failed, { cause: error });
    }
  }
}
