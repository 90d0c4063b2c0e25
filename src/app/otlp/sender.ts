import type { Signal } from "../../output/otlp/encode.ts";
import type { Outcome, Poster } from "./post.ts";
import type { Queue, Waiting } from "./queue.ts";

const FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 30_000;
/** A receiver may ask for more patience than that, and does not get it. */
const LONGEST_ASKED_MS = 300_000;

/** What happens to requests is told to it. */
export interface Ledger {
  sent(waiting: Waiting, refused: number, why: string): void;
  refused(waiting: Waiting, why: string): void;
  failing(signal: Signal, why: string): void;
}

/** Sends what waits of one signal, one request at a time, and each until it is taken or refused for good. */
export class Sender {
  readonly #stop = new AbortController();
  #wake: (() => void) | null = null;
  #woken = false;
  #failures = 0;
  #endPause: (() => void) | null = null;
  #triesOnce = false;
  /** Nobody has answered to what was the last attempt. */
  hasGivenUp = false;
  readonly #running: Promise<void>;

  /** `random` from 0 to 1; `after` as in clock.ts. */
  constructor(
    readonly signal: Signal,
    readonly queue: Queue,
    readonly poster: Pick<Poster, "post" | "close">,
    readonly ledger: Ledger,
    readonly after: (ms: number, call: () => void) => () => void,
    readonly random: () => number = Math.random,
  ) {
    this.#running = this.#run();
  }

  /** Something waits. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Nothing more will come: what waits is tried at once, unless the receiver has asked for patience. `triesOnce`: and not again, where nobody
   * answers. */
  ends(triesOnce: boolean): void {
    this.#triesOnce = triesOnce;
    this.#failures = 0;
    this.#endPause?.();
  }

  /** What is under way is broken off. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#running;
    this.poster.close();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const waiting = this.queue.take(this.signal);
      if (waiting === null) await this.#news();
      else await this.#send(waiting);
    }
  }

  async #send(waiting: Waiting): Promise<void> {
    const outcome = await this.poster.post(waiting.body, this.#stop.signal);
    if (outcome.kind === "again") {
      this.queue.again(waiting);
      if (this.#stop.signal.aborted) return;
      this.ledger.failing(this.signal, outcome.why);
      this.hasGivenUp = this.#triesOnce && !outcome.answered;
      return await this.#pause(this.#waitMs(outcome), outcome.afterMs === null);
    }
    this.#failures = 0;
    this.queue.done(waiting);
    if (outcome.kind === "sent") this.ledger.sent(waiting, outcome.refused, outcome.why);
    else this.ledger.refused(waiting, outcome.why);
  }

  /** Twice as long each time, and not all senders at the same moment. */
  #waitMs({ afterMs }: Outcome & { kind: "again" }): number {
    const usual = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures++, 10));
    return Math.max(usual * (0.5 + this.random() / 2), Math.min(afterMs ?? 0, LONGEST_ASKED_MS));
  }

  async #news(): Promise<void> {
    if (!this.#woken) await new Promise<void>((resolve) => this.#wake = resolve);
    this.#woken = false;
    this.#wake = null;
  }

  /** Until then, or stop(), or ends() where it may be cut short. */
  async #pause(ms: number, mayBeCut: boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.after(ms, resolve);
      const end = () => {
        cancel();
        resolve();
      };
      this.#stop.signal.addEventListener("abort", end, { once: true });
      if (mayBeCut) this.#endPause = end;
    });
    this.#endPause = null;
  }
}
