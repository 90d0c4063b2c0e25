/** A file that the user named for output. Used by one thread: a descriptor of node:fs is not known to other isolates. */
import * as fs from "node:fs";
import { ExitStatus, TcptopError } from "./errors.ts";

/** Whom a new file is given to. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Appended to, made with mode 0600 if it is not there, never reached through a symbolic link. Failures are TcptopErrors. */
export class OutputFile {
  readonly path: string;
  /** Whether open() made it. */
  readonly created: boolean;
  readonly #fd: number;
  #open = true;

  /** A new file goes to `owner`, an existing one keeps its own. */
  constructor(path: string, owner: Owner | null) {
    this.path = path;
    [this.#fd, this.created] = open(path);
    if (!fs.fstatSync(this.#fd).isFile()) {
      this.close();
      throw new TcptopError(`Cannot write to ${path}: it is not a regular file`, ExitStatus.failed);
    }
    if (this.created && owner !== null) fs.fchownSync(this.#fd, owner.uid, owner.gid);
  }

  get byteLength(): number {
    return fs.fstatSync(this.#fd).size;
  }

  /** Fewer than `length` bytes where the file ends before. */
  read(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, fs.readSync(this.#fd, bytes, 0, length, position));
  }

  /** Appends all of `bytes` or nothing: what a full disk took of them is taken back. */
  append(bytes: Uint8Array): void {
    const { size, nlink } = fs.fstatSync(this.#fd);
    // Writing goes on into a file that nobody can open any more, without an error.
    if (nlink === 0) throw new TcptopError(`Cannot write to ${this.path}: it was deleted`, ExitStatus.failed);
    try {
      for (let at = 0; at < bytes.length;) at += fs.writeSync(this.#fd, bytes, at);
    } catch (error) {
      fs.ftruncateSync(this.#fd, size);
      throw writeFailure(this.path, error);
    }
  }

  close(): void {
    if (this.#open) fs.closeSync(this.#fd);
    this.#open = false;
  }

  /** Closes, and removes a file that open() made and nothing was written to. */
  discard(): void {
    const empty = this.#open && this.created && this.byteLength === 0;
    this.close();
    try {
      if (empty) fs.rmSync(this.path);
    } catch {
      // An empty file of a directory that is not ours any more is left behind.
    }
  }
}

function open(path: string): [fd: number, created: boolean] {
  // Asked for here, not when this file is loaded: in the executable, node:fs is loaded when it is first used.
  const { O_RDWR, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = fs.constants as Record<string, number>;
  const flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
  try {
    try {
      return [fs.openSync(path, flags | O_CREAT | O_EXCL, 0o600), true];
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
      return [fs.openSync(path, flags), false];
    }
  } catch (error) {
    throw writeFailure(path, error);
  }
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? "";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file has reached its size limit",
  ENOENT: "there is no such directory",
  ENOTDIR: "there is no such directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ELOOP: "it is a symbolic link. Name the file itself",
  EISDIR: "it is a directory",
  ENXIO: "it is not a regular file",
  EIO: "the disk reports an error",
};

/** In words for the user. Deno lets nobody write to devices but /dev/null, nor to /proc. */
export function writeFailure(path: string, error: unknown): TcptopError {
  const reason = REASONS[error instanceof Deno.errors.NotCapable ? "ENXIO" : codeOf(error)] ??
    (error instanceof Error ? error.message : String(error));
  return new TcptopError(`Cannot write to ${path}: ${reason}`, ExitStatus.failed, { cause: error });
}
