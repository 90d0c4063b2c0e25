import { after, nowMs } from "./clock.ts";

/** Silence after which the other side is asked whether it is there, and how long its answer may take. A snapshot alone may take 5 s. */
const ASK_AFTER_MS = 10_000;
const ANSWER_WITHIN_MS = 20_000;

/** Notices that the other side of a conversation has gone, or hangs. A process that was stopped (SIGSTOP) for longer than both is not
 * taken in: the time for the answer begins when the question is sent. */
export class Watch {
  #cancel = () => {};
  #heardMs = 0;
  /** A timer a message took a quarter of what the main thread needs for an idle sample: one goes on, and sees when it is due. */
  #isListening = false;

  constructor(readonly ask: () => void, readonly gone: () => void, readonly timer = after, readonly clock = nowMs) {}

  /** Something has come from the other side. The first call starts the watch. */
  heard(): void {
    this.#heardMs = this.clock();
    if (this.#isListening) return;
    this.#cancel();
    this.#isListening = true;
    this.#listen(ASK_AFTER_MS);
  }

  stop(): void {
    this.#cancel();
  }

  #listen(ms: number): void {
    this.#cancel = this.timer(ms, () => {
      const leftMs = this.#heardMs + ASK_AFTER_MS - this.clock();
      if (leftMs > 0) return this.#listen(Math.ceil(leftMs));
      this.#isListening = false;
      this.ask();
      this.#cancel = this.timer(ANSWER_WITHIN_MS, this.gone);
    });
  }
}
