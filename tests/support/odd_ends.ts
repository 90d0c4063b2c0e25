/** tests/kernel/odd_ends.c: connections that are not made, or not ended, as most are. */
import { compiled } from "./compiled.ts";
import { lines, within } from "./lines.ts";
import type { Netns } from "./netns.ts";

const SECONDS = 30;

export class OddEnds implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #said: AsyncGenerator<string, void>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#said = lines(child.stdout);
  }

  /** `ip` becomes the program. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Its ports are what says("port") gives. */
  static async start(netns: Netns): Promise<OddEnds> {
    const program = await compiled("odd_ends", [new URL("../kernel/odd_ends.c", import.meta.url)]);
    const line = ["netns", "exec", netns.name, program];
    const child = new Deno.Command("ip", { args: line, stdin: "piped", stdout: "piped" }).spawn();
    return new OddEnds(child);
  }

  /** The numbers of the next line, which begins with this word. */
  async says(word: string): Promise<number[]> {
    const { value } = await within(SECONDS, `'${word}'`, this.#said.next());
    const [first, ...rest] = (value ?? "nothing").split(" ");
    if (first !== word) throw new Error(`'${value}' in place of '${word}'`);
    return rest.map(Number);
  }

  /** Has it do so, and returns the numbers that it says when that is done. */
  async do(word: string, ...args: readonly number[]): Promise<number[]> {
    const input = this.#child.stdin.getWriter();
    await input.write(new TextEncoder().encode(`${[word, ...args].join(" ")}\n`));
    input.releaseLock();
    return await this.says(word);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.stdin.close().catch(() => {});
    await this.#said.return();
    await this.#child.status;
  }
}
