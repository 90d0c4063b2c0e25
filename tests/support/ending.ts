/** tests/kernel/ending.c: many connections that end in one way, and what each of them was told. */
import { compiled } from "./compiled.ts";
import { lines, within } from "./lines.ts";
import type { Netns } from "./netns.ts";

const SECONDS = 60;

export class Ending implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #said: AsyncGenerator<string, void>;

  private constructor(netns: Netns, program: string, args: readonly string[]) {
    const line = ["netns", "exec", netns.name, program, ...args];
    this.#child = new Deno.Command("ip", { args: line, stdin: "piped", stdout: "piped" }).spawn();
    this.#said = lines(this.#child.stdout);
  }

  static async start(netns: Netns, mode: string, ...args: readonly (string | number)[]): Promise<Ending> {
    const program = await compiled("ending", [new URL("../kernel/ending.c", import.meta.url)]);
    return new Ending(netns, program, [mode, ...args.map(String)]);
  }

  /** The next line that begins with this word, without it. */
  async says(word: string): Promise<string> {
    for (;;) {
      const { value } = await within(SECONDS, `'${word}'`, this.#said.next());
      if (value === undefined) throw new Error(`it has ended without '${word}'`);
      if (value.split(" ")[0] === word) return value.slice(word.length + 1);
    }
  }

  async go(): Promise<void> {
    const input = this.#child.stdin.getWriter();
    await input.write(new Uint8Array([10]));
    input.releaseLock();
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It may have ended, by itself or by kill().
    await this.#child.stdin.close().catch(() => {});
    await this.#said.return();
    await this.#child.status;
  }
}
