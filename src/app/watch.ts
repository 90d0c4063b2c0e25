import { after } from "./clock.ts";

/** Silence after which the other side is asked whether it is there, and how long its answer may take. A snapshot alone may take 5 s. */
const ASK_AFTER_MS = 10_000;
const ANSWER_WITHIN_MS = 20_000;

/** Notices that the other side of a conversation has gone, or hangs. A process that was stopped (SIGSTOP) for longer than both is not
 * taken in: the time for the answer begins when the question is sent. */
export class Watch {
  #cancel = () => {};

  constructor(readonly ask: () => void, readonly gone: () => void, readonly timer = after) {}

  /** Something has come from the other side. The first call starts the watch. */
  heard(): void {
    this.#cancel();
    this.#cancel = this.timer(ASK_AFTER_MS, () => {
      this.ask();
      this.#cancel = this.timer(ANSWER_WITHIN_MS, this.gone);
    });
  }

  stop(): void {
    this.#cancel();
  }
}
