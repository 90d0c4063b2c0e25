/**
 * Stage 1, restarts and fallbacks: keeps a nettop running.
 * In: the ways of running it, best first. Out: the frames of all runs, numbered through, and what failed.
 */
import type { Invocation } from "./child.ts";
import type { Frame } from "./frames.ts";
import { Run, TIMING, type Timing } from "./run.ts";

/** So many runs that end early one after the other are restarted, then the next fallback is tried. */
const MAX_SHORT_RUNS = 3;

export interface Listener {
  frame(frame: Frame): void;
  /** An invocation is given up for good. `why` stands after its command in a sentence. `next`: its fallback. */
  failed(invocation: Invocation, why: string, next: Invocation | null): void;
  restarted(): void;
  /** So many more lines could not be read. */
  ignored(lines: number): void;
}

export class Supervisor {
  #lastFrame = 0;
  #stopped = false;
  #wake: (() => void) | null = null;

  /** `nowMs` is monotonic. */
  constructor(readonly listener: Listener, readonly nowMs: () => number, readonly timing: Timing = TIMING) {}

  /** Resolves to true when stopped, and to false when every invocation has failed. */
  async run(invocations: readonly Invocation[]): Promise<boolean> {
    let invocation: Invocation | undefined = invocations[0];
    while (invocation !== undefined) {
      const last: Run = invocation.writes === "log"
        ? await this.#keepAlive(invocation)
        : await this.#repeat(invocation);
      if (this.#stopped) return true;
      const rest: readonly Invocation[] = invocations.slice(invocations.indexOf(invocation) + 1);
      // One that wrote nothing keeps its output back: with other columns it would too, on a terminal it may not.
      const onTerminal: Invocation | undefined = last.wroteNothing
        ? rest.find(({ hasTerminal }) => hasTerminal)
        : undefined;
      const next: Invocation | undefined = onTerminal ?? rest[0];
      this.listener.failed(invocation, last.describe(), next ?? null);
      invocation = next;
    }
    return false;
  }

  /** Ends the child; run() resolves when it has ended. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** For a log: starts nettop again whenever it ends. Resolves to the run after which it is not restarted. */
  async #keepAlive(invocation: Invocation): Promise<Run> {
    let backOffMs = this.timing.firstBackOffMs, ended = 0, silent = 0;
    for (;;) {
      const run = await this.#runOnce(invocation, this.#lastFrame + 1);
      if (this.#stopped || !run.hadHeader) return run;
      if (run.livedMs >= this.timing.wellAfterMs) {
        backOffMs = this.timing.firstBackOffMs;
        ended = silent = 0;
      }
      if (run.fellSilent ? ++silent > 1 : ++ended > MAX_SHORT_RUNS) return run;
      this.listener.restarted();
      await this.#sleep(backOffMs);
      backOffMs = Math.min(backOffMs * 2, this.timing.lastBackOffMs);
    }
  }

  /** For single samples: starts nettop anew for each. Only the first is preliminary. Resolves to the run after which it is given up. */
  async #repeat(invocation: Invocation): Promise<Run> {
    const first = this.#lastFrame + 1;
    for (let failures = 0;;) {
      const run = await this.#runOnce(invocation, first);
      failures = run.hadHeader ? 0 : failures + 1;
      const neverWorked = this.#lastFrame < first && failures > 0;
      if (this.#stopped || neverWorked || failures > MAX_SHORT_RUNS) return run;
      await this.#sleep(this.timing.everyMs - run.livedMs);
    }
  }

  async #runOnce(invocation: Invocation, preliminary: number): Promise<Run> {
    const emit = (frame: Frame) => {
      this.#lastFrame = frame.number;
      this.listener.frame(frame);
    };
    const numbers = { before: this.#lastFrame, preliminary };
    const run = new Run(invocation, numbers, this.timing, this.nowMs, emit, () => this.#wake?.());
    let ignored = 0;
    while (!this.#stopped && !run.isOver()) {
      await this.#pause(this.timing.lookEveryMs);
      if (run.ignored > ignored) this.listener.ignored(run.ignored - ignored);
      ignored = run.ignored;
    }
    await run.stop();
    return run;
  }

  async #sleep(ms: number): Promise<void> {
    for (const until = this.nowMs() + ms; !this.#stopped && this.nowMs() < until;) {
      await this.#pause(until - this.nowMs());
    }
  }

  /** Resolves after `ms`, or earlier when the child has written or ended, or stop() is called. */
  async #pause(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    this.#wake = null;
  }
}
