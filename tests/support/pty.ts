/** A command on a pseudo-terminal, by tests/bench/pty.c: Deno has none, and times are taken next to the terminal. */
import { emulator } from "../render/emulator.ts";
import { compiled } from "./compiled.ts";
import { lines, within } from "./lines.ts";

const SOURCE = new URL("../bench/pty.c", import.meta.url);
const SECONDS = 30;

export interface Written {
  readonly bytes: number;
  readonly reads: number;
}

export class Pty implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #answers: AsyncGenerator<string, void>;
  readonly #steps: WritableStreamDefaultWriter<Uint8Array>;
  #pid = 0;

  private constructor(child: Deno.ChildProcess, readonly columns: number, readonly rows: number, readonly log: string) {
    this.#child = child;
    this.#answers = lines(child.stdout);
    this.#steps = child.stdin.getWriter();
  }

  static async start(columns: number, rows: number, command: readonly string[]): Promise<Pty> {
    const program = await compiled("pty", [SOURCE]), log = await Deno.makeTempFile();
    const args = [String(columns), String(rows), log, ...command];
    const env = { TERM: "xterm-256color", LANG: "C.UTF-8" };
    const child = new Deno.Command(program, { args, env, stdin: "piped", stdout: "piped" }).spawn();
    const pty = new Pty(child, columns, rows, log);
    pty.#pid = (await pty.#answer<{ pid: number }>()).pid;
    return pty;
  }

  /** The command's. */
  get pid(): number {
    return this.#pid;
  }

  /** Resolves when the command has written `text`; since the last step, if there was one. */
  async until(text: string): Promise<void> {
    const { seen } = await this.#step<{ seen: boolean }>(`wait ${SECONDS * 1000} ${text}`);
    if (!seen) throw new Error(`not on the terminal: ${text}\n${(await this.screen()).join("\n")}`);
  }

  /** What the command writes in the next so many milliseconds. */
  async count(ms: number): Promise<Written> {
    return await this.#step(`count ${ms}`);
  }

  /** Milliseconds from typing to the first byte that comes back; null: none has. It is typed `afterMs` from now. */
  async key(text: string, afterMs = 0): Promise<number | null> {
    const { ns } = await this.#step<{ ns: number | null }>(`key ${afterMs} ${text}`);
    return ns === null ? null : ns / 1e6;
  }

  /** What the terminal shows. */
  async screen(): Promise<string[]> {
    const shown = emulator(this.columns, this.rows);
    await shown.write(await Deno.readTextFile(this.log));
    return shown.lines();
  }

  async #step<T>(step: string): Promise<T> {
    await this.#steps.write(new TextEncoder().encode(`${step}\n`));
    return await this.#answer<T>();
  }

  async #answer<T>(): Promise<T> {
    const { value } = await within(2 * SECONDS, "the terminal", this.#answers.next());
    if (value === undefined) throw new Error("the terminal has gone");
    return JSON.parse(value);
  }

  /** Ends the command. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#steps.close().catch(() => {});
    await this.#answers.return();
    await this.#child.status;
    await Deno.remove(this.log);
  }
}
