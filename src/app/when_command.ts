/** The command of --when-run: one at a time, not more often than may be, and what came of it. */
import type { RunEnd, Runner } from "../system/runner.ts";
import { counted } from "../view/units.ts";
import { after, nowMs } from "./clock.ts";

const EVERY_MS = 1000;
/** Further changes are counted, and told of as not handed over. */
const MOST_WAITING = 100;
/** So long the end of the program waits for commands that wait or run. */
const END_WITHIN_MS = 5000;
/** A command that takes longer is told of, once. */
const LONG_MS = 30_000;

interface Job {
  readonly facts: readonly string[];
  readonly document: string;
}

export class WhenCommand {
  readonly #waiting: Job[] = [];
  #busy: Promise<void> | null = null;
  #lost = 0;
  #over = false;

  /** `say` is told what goes wrong. */
  constructor(
    readonly runner: Runner,
    readonly command: string,
    readonly say: (sentence: string) => void,
    readonly everyMs = EVERY_MS,
    readonly longMs = LONG_MS,
  ) {}

  add(facts: readonly string[], document: string): void {
    if (this.#waiting.length >= MOST_WAITING) {
      if (this.#lost++ === 0) {
        this.say(`${this.#name}: changes come faster than it may run, and some are not handed to it`);
      }
      return;
    }
    this.#waiting.push({ facts, document });
    this.#busy ??= this.#work().finally(() => this.#busy = null);
  }

  async #work(): Promise<void> {
    for (let job; !this.#over && (job = this.#waiting.shift()) !== undefined;) {
      const begun = nowMs();
      const cancel = after(this.longMs, () => this.say(`${this.#name} still runs; what comes meanwhile waits for it`));
      const sentence = failureOf(await this.runner.run(job.facts, job.document));
      cancel();
      if (sentence !== null) this.say(`${this.#name} ${sentence}`);
      const restMs = begun + this.everyMs - nowMs();
      if (restMs > 0 && this.#waiting.length > 0) await new Promise<void>((resolve) => after(restMs, resolve));
    }
  }

  get #name(): string {
    return `--when-run '${this.command}'`;
  }

  /** Waits for what is under way, for a while. Says what was not run. */
  async close(withinMs = END_WITHIN_MS): Promise<void> {
    let late = false;
    if (this.#busy !== null) {
      const limit = Promise.withResolvers<void>();
      const cancel = after(withinMs, () => {
        late = true;
        limit.resolve();
      });
      await Promise.race([this.#busy, limit.promise]);
      cancel();
    }
    this.#over = true;
    this.runner.close();
    if (late) this.say(`${this.#name} has not ended, and goes on alone`);
    const left = this.#lost + this.#waiting.length;
    if (left > 0) this.say(`${this.#name}: ${counted(left, "[change was|changes were] not handed to it")}`);
  }
}

/** null: it went well. */
function failureOf(end: RunEnd): string | null {
  if (end === null) return "cannot be run any more: the process for it has gone";
  if ("notStarted" in end) return `could not be started: ${end.notStarted}`;
  if (end.signal !== null) return `was killed by signal ${end.signal}`;
  if (end.status === 0) return null;
  const why = end.status === 127 ? ": there is no such command" : end.status === 126 ? ": it cannot be executed" : "";
  return `ended with status ${end.status}${why}`;
}
