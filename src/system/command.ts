/** A command that is watched, through the shim: forked with the rights that tcptop was started with, before they are given up. */
import { ExitStatus, MORE_PROCESSES, TcptopError } from "../errors.ts";
import { Errno, ERRNO_WORDS } from "../wire/errno.ts";
import type { Identity } from "./identity.ts";
import type { Library } from "./shim.ts";

const WAIT_MS = 250;
/** Of ffi/command/minder.h. */
const FAILED = 2, ENDED = 3;
const NOBODY_ELSE = 0xffffffff;
const STATUS_UNKNOWN = 1;

export interface CommandEnd {
  /** As a shell has it: 128 and the signal's number of one that was killed, 126 or 127 of one that could not be run. */
  readonly status: number;
  readonly signal: number | null;
  /** Why it could not be run: a sentence. */
  readonly failure: string | null;
}

export class WatchedCommand {
  readonly pid: number;
  /** Its minder, whose child it is. */
  readonly minder: number;
  /** null: none could be made; `why` has errno's words. */
  readonly cgroup: { readonly id: number; readonly folder: number } | null;
  readonly why: string;
  readonly #library: Library;
  readonly #fd: number;

  /** `identity`: whom it belongs to; null: to whom tcptop was started as. `removed`: variables that are not for it. */
  constructor(library: Library, words: readonly string[], identity: Identity | null, removed: readonly string[]) {
    this.#library = library;
    const out = new BigInt64Array(4), { uid, gid } = identity ?? { uid: NOBODY_ELSE, gid: NOBODY_ELSE };
    const fd = library.symbols.tcptop__command_prepare(
      strings(words),
      words.length,
      strings([...removed, ""]),
      uid,
      gid,
      new Uint8Array(out.buffer),
    );
    if (fd < 0) throw new TcptopError(`Cannot start a command: ${whyNotForked(-fd)}`, ExitStatus.failed);
    this.#fd = fd;
    this.pid = Number(out[0]);
    this.minder = Number(out[1]);
    this.cgroup = out[2] < 0n ? null : { id: Number(out[3]), folder: Number(out[2]) };
    this.why = this.cgroup === null ? wordsOf(-Number(out[3])) : "";
  }

  start(): void {
    this.#library.symbols.tcptop__command_start(this.#fd);
  }

  signal(number: number): void {
    this.#library.symbols.tcptop__command_signal(this.#fd, number);
  }

  /** Resolves when it has ended. To be called once. */
  async ended(): Promise<CommandEnd> {
    const value = new Int32Array(1), bytes = new Uint8Array(value.buffer);
    for (let failure: string | null = null;;) {
      const kind = await this.#library.symbols.tcptop__command_wait(this.#fd, WAIT_MS, bytes);
      if (kind === FAILED) failure = wordsOf(value[0]);
      if (kind < 0) return { status: STATUS_UNKNOWN, signal: null, failure: "the process that minds it was killed" };
      if (kind === ENDED) {
        const signal = value[0] & 0x7f, status = signal === 0 ? value[0] >> 8 & 0xff : 128 + signal;
        return { status, signal: signal || null, failure };
      }
    }
  }

  /** Puts everything away. Resolves to how many processes go on; null: they are in cgroups of their own making, so that its cgroup stays. */
  async close(): Promise<number | null> {
    const left = await this.#library.symbols.tcptop__command_end(this.#fd, this.minder);
    return left < 0 ? null : left;
  }
}

/** A line "ID PATH" for each cgroup below a command's. `folder`: the descriptor of that one. */
export function commandCgroups({ symbols }: Library, folder: number): string {
  let buffer = new Uint8Array(1 << 14), bytes = 0;
  while ((bytes = symbols.tcptop__command_cgroups(folder, buffer, buffer.length)) > buffer.length) {
    buffer = new Uint8Array(bytes * 2);
  }
  return new TextDecoder().decode(buffer.subarray(0, Math.max(0, bytes)));
}

export function strings(words: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(words.map((word) => `${word}\0`).join(""));
}

export function wordsOf(errno: number): string {
  const [name, text] = ERRNO_WORDS.get(errno) ?? [`errno ${errno}`, ""];
  return text === "" ? name : text.toLowerCase();
}

/** With the remedy where it is a limit. */
export function whyNotForked(errno: number): string {
  return errno === Errno.EAGAIN ? `too few processes may run. Raise the limit: ${MORE_PROCESSES}` : wordsOf(errno);
}
