/** A command that is run again and again, through the shim: by a process of the user's own, forked before root is given up. */
import { ExitStatus, TcptopError } from "../errors.ts";
import { strings, whyNotForked, wordsOf } from "./command.ts";
import type { Identity } from "./identity.ts";
import type { Library } from "./shim.ts";

const WAIT_MS = 250;
const NOBODY_ELSE = 0xffffffff;
/** Of ffi/command/runner.h. */
export const MOST_BYTES = 128 << 10;

/** How a run has ended; null: the process that runs it has gone. */
export type RunEnd =
  | { readonly status: number; readonly signal: number | null }
  /** There was no process for it: errno's words. */
  | { readonly notStarted: string }
  | null;

export interface Runner {
  /** Runs the command once. `facts`: variables, TCPTOP_NAME=VALUE; `document`: what it reads. Not twice at a time. */
  run(facts: readonly string[], document: string): Promise<RunEnd>;
  /** Runs nothing further; what runs goes on. */
  close(): void;
}

const encoder = new TextEncoder();

export class ShimRunner implements Runner {
  readonly #library: Library;
  readonly #fd: number;

  /** `identity`: whom the command belongs to; null: to whom tcptop was started as. `removed`: variables that are not for it. `quiet`: what it
   * writes is thrown away. */
  constructor(
    library: Library,
    command: string,
    identity: Identity | null,
    removed: readonly string[],
    quiet: boolean,
  ) {
    const { uid, gid } = identity ?? { uid: NOBODY_ELSE, gid: NOBODY_ELSE };
    const fd = library.symbols.tcptop__runner_start(
      strings([command]),
      strings([...removed, ""]),
      uid,
      gid,
      quiet ? 1 : 0,
    );
    if (fd < 0) {
      throw new TcptopError(`Cannot start a process for --when-run: ${whyNotForked(-fd)}`, ExitStatus.failed);
    }
    this.#library = library;
    this.#fd = fd;
  }

  async run(facts: readonly string[], document: string): Promise<RunEnd> {
    const { tcptop__runner_run, tcptop__runner_wait } = this.#library.symbols;
    const variables = strings(facts), text = encoder.encode(document);
    if (tcptop__runner_run(this.#fd, variables, variables.length, text, text.length) < 0) return null;
    const value = new Int32Array(1), bytes = new Uint8Array(value.buffer);
    for (let got = 0; got >= 0;) {
      got = await tcptop__runner_wait(this.#fd, WAIT_MS, bytes);
      if (got === 1 && value[0] < 0) return { notStarted: wordsOf(-value[0]) };
      if (got === 1) return { status: value[0] >> 8 & 0xff, signal: value[0] & 0x7f || null };
    }
    return null;
  }

  close(): void {
    this.#library.symbols.tcptop__runner_end(this.#fd);
  }
}
