import type { Frame } from "./frame.ts";
import type { Rung } from "./ladder.ts";
import { Life } from "./life.ts";
import { TIMING, type Timing } from "./timing.ts";

/** Runs in a row that ended too early, after which a rung is given up. */
const MAX_SHORT_LIVES = 3;

export interface Listener {
  frame(frame: Frame): void;
  /** A rung was left for good; `why` is the end of a sentence about its command. `next`: what comes instead. */
  failed(rung: Rung, why: string, next: Rung | null): void;
  restarted(): void;
  /** So many more lines could not be read. */
  ignored(lines: number): void;
}

/** Keeps nettop running, on the first rung of the ladder that holds. */
export class Runner {
  #lastFrame = 0;
  #stopped = false;
  #wake: (() => void) | null = null;

  /** `nowMs` is monotonic. */
  constructor(readonly listener: Listener, readonly nowMs: () => number, readonly timing: Timing = TIMING) {}

  /** Number of the last frame that was told. */
  get lastFrame(): number {
    return this.#lastFrame;
  }

  /** Resolves to true when stopped, and to false when no rung is left. */
  async run(rungs: readonly Rung[]): Promise<boolean> {
    let rung: Rung | undefined = rungs[0];
    while (rung !== undefined) {
      const last: Life = rung.runs === "on" ? await this.#keepAlive(rung) : await this.#repeat(rung);
      if (this.#stopped) return true;
      const below: readonly Rung[] = rungs.slice(rungs.indexOf(rung) + 1);
      // Other columns do not make it speak, a terminal may.
      const next: Rung | undefined = (last.saidNothing ? below.find(({ hasTerminal }) => hasTerminal) : undefined) ??
        below[0];
      this.listener.failed(rung, last.describe(), next ?? null);
      rung = next;
    }
    return false;
  }

  /** Ends the child; run() resolves when it is dead. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** Starts the child again whenever it ends. Resolves to the life after which that was given up. */
  async #keepAlive(rung: Rung): Promise<Life> {
    let backOffMs = this.timing.firstBackOffMs, ended = 0, silent = 0;
    for (;;) {
      const life = await this.#live(rung, this.#lastFrame + 1);
      if (this.#stopped || !life.hadHeader) return life;
      if (life.livedMs >= this.timing.wellAfterMs) {
        backOffMs = this.timing.firstBackOffMs;
        ended = silent = 0;
      }
      if (life.fellSilent ? ++silent > 1 : ++ended > MAX_SHORT_LIVES) return life;
      this.listener.restarted();
      await this.#sleep(backOffMs);
      backOffMs = Math.min(backOffMs * 2, this.timing.lastBackOffMs);
    }
  }

  /** Starts the child anew for every sample. */
  async #repeat(rung: Rung): Promise<Life> {
    const baseline = this.#lastFrame + 1;
    for (let failures = 0;;) {
      const life = await this.#live(rung, baseline);
      failures = life.hadHeader ? 0 : failures + 1;
      const neverWorked = this.#lastFrame < baseline && failures > 0;
      if (this.#stopped || neverWorked || failures > MAX_SHORT_LIVES) return life;
      await this.#sleep(this.timing.everyMs - life.livedMs);
    }
  }

  async #live(rung: Rung, baseline: number): Promise<Life> {
    const tell = (frame: Frame) => {
      this.#lastFrame = frame.number;
      this.listener.frame(frame);
    };
    const place = { before: this.#lastFrame, baseline };
    const life = new Life(rung, place, this.timing, this.nowMs, tell, () => this.#wake?.());
    let ignored = 0;
    while (!this.#stopped && !life.isOver()) {
      await this.#pause(this.timing.lookEveryMs);
      if (life.ignored > ignored) this.listener.ignored(life.ignored - ignored);
      ignored = life.ignored;
    }
    await life.stop();
    return life;
  }

  async #sleep(ms: number): Promise<void> {
    for (const until = this.nowMs() + ms; !this.#stopped && this.nowMs() < until;) {
      await this.#pause(until - this.nowMs());
    }
  }

  /** Waits, unless something happens. */
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
