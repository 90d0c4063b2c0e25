/** A program on a terminal of the test's own, which can stop taking what it writes: tests/faults/pty_hold.c. */
import { type Emulator, emulator } from "../render/emulator.ts";
import { compiled } from "./compiled.ts";
import { within } from "./lines.ts";
import { until } from "./program.ts";

const SOURCE = new URL("../faults/pty_hold.c", import.meta.url);

export class StallingPty implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #screen: Emulator;
  readonly #shown: Promise<void>;
  /** Bytes that the terminal has taken. */
  taken = 0;

  private constructor(child: Deno.ChildProcess, columns: number, rows: number) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#screen = emulator(columns, rows);
    this.#shown = this.#show();
  }

  static async start(columns: number, rows: number, line: readonly string[]): Promise<StallingPty> {
    const args = [`${columns}`, `${rows}`, ...line], command = await compiled("pty_hold", [SOURCE]);
    const env = { TERM: "xterm-256color" };
    return new StallingPty(
      new Deno.Command(command, { args, env, stdin: "piped", stdout: "piped" }).spawn(),
      columns,
      rows,
    );
  }

  /** The process that has the terminal. */
  async pid(): Promise<number> {
    const { pid } = this.#child;
    return Number((await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`)).split(" ")[0]);
  }

  async stop(): Promise<void> {
    await this.#tell("stop");
  }
  async goOn(): Promise<void> {
    await this.#tell("go");
  }
  /** As a terminal window that is closed by force. */
  vanish(): void {
    this.#child.kill("SIGKILL");
  }
  async type(keys: string): Promise<void> {
    await this.#tell(keys);
  }

  lines(): string[] {
    return this.#screen.lines();
  }

  async until(what: string, fits: (lines: string[]) => boolean): Promise<void> {
    await until(what, () => fits(this.lines())).catch((error) => {
      throw new Error(`${error.message}\n${this.lines().join("\n")}`);
    });
  }

  /** The program's status. */
  async ended(): Promise<number> {
    const { code } = await within(30, "the program's end", this.#child.status);
    await this.#shown;
    return code;
  }

  async #tell(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  async #show(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of this.#child.stdout) {
      this.taken += bytes.length;
      await this.#screen.write(decoder.decode(bytes, { stream: true }));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch { /* it has ended */ }
    await this.#input.close().catch(() => {});
    await this.#child.status;
    await this.#shown;
  }
}
