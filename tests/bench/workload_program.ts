/** The workload program as a child. */
import { lines } from "../support/lines.ts";
import type { Lines } from "./workloads.ts";

const WORKLOAD = new URL("../../build/workload", import.meta.url).pathname;

export class Program {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string, void>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  #said = {} as Lines;

  constructor(options: readonly string[]) {
    this.#child = new Deno.Command(WORKLOAD, { args: [...options], stdin: "piped", stdout: "piped" }).spawn();
    this.#lines = lines(this.#child.stdout);
    this.#input = this.#child.stdin.getWriter();
  }

  /** All that it has said up to this phase. */
  async until(phase: string): Promise<Lines> {
    while (this.#said.phase !== phase) {
      const { value } = await this.#lines.next();
      if (value === undefined) throw new Error(`the load ended before it was ${phase}: ${JSON.stringify(this.#said)}`);
      this.#said = { ...this.#said, ...JSON.parse(value) as Lines };
    }
    return this.#said;
  }

  /** Lets what it holds go. */
  async goOn(): Promise<void> {
    await this.#input.write(new Uint8Array([10]));
  }

  async end(): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#lines.return();
    // Where nobody has begun to read, it would wait for room in the pipe for ever.
    await this.#child.stdout.cancel().catch(() => {});
    await this.#child.status;
  }
}
