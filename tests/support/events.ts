/** A running `tcptop --events --json`, or a command line that ends in one. */
import type { EventFacts } from "../../src/output/event_facts.ts";
import { lines, within } from "./lines.ts";

export class Events implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string, void>;

  constructor(line: readonly string[]) {
    this.#child = new Deno.Command(line[0], { args: line.slice(1), stdin: "null", stdout: "piped" }).spawn();
    this.#lines = lines(this.#child.stdout);
  }

  async until(fits: (event: EventFacts) => boolean): Promise<EventFacts> {
    for (;;) {
      const { value } = await within(20, "an event", this.#lines.next());
      const event = JSON.parse(value!) as EventFacts;
      if (fits(event)) return event;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#lines.return();
    await this.#child.status;
  }
}
