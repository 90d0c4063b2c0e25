/** Listeners that were passed on. The kernel's side knows a connection that nobody has accepted by who had its listener when it came in: that process may have
 * ended since, and the one that has the listener now is who would accept it. */
import type { FlowArrays } from "./columns.ts";

/** Processes that take turns at a listener pass it on again and again. */
const MOST = 1 << 10;

export interface Cookie {
  readonly low: number;
  readonly high: number;
}

export class Heirs {
  /** By who had it; null: had several at the port, which went to different processes. */
  readonly #listeners = new Map<string, Cookie | null>();
  /** One was passed on since the last call of take(). */
  #isDue = false;

  /** The listener in the row is about to get another owner than the row says. */
  passedOn(c: FlowArrays, row: number): void {
    const key = keyOf(c, row), low = c.cookieLow[row], high = c.cookieHigh[row], before = this.#listeners.get(key);
    const isOther = before === null || before !== undefined && (before.low !== low || before.high !== high);
    this.#listeners.set(key, isOther ? null : { low, high });
    if (this.#listeners.size > MOST) this.#listeners.delete(this.#listeners.keys().next().value!);
    this.#isDue = true;
  }

  /** The listener to which a connection has come that nobody has accepted, if its owner as the row says it has passed it on. */
  of(c: FlowArrays, row: number): Cookie | null {
    return this.#listeners.size === 0 ? null : this.#listeners.get(keyOf(c, row)) ?? null;
  }

  /** Whether there is something to be looked for since the last call. */
  take(): boolean {
    const isDue = this.#isDue;
    this.#isDue = false;
    return isDue;
  }

  /** The owner of the listener in the row has this one: which connections came to it, and which to one that was passed on, cannot be told. */
  keeps(c: FlowArrays, row: number): void {
    if (this.#listeners.size > 0) this.#listeners.delete(keyOf(c, row));
  }

  clear(): void {
    this.#listeners.clear();
    this.#isDue = false;
  }
}

function keyOf({ netns, localPort, tgid, ownerStartNs }: FlowArrays, row: number): string {
  return `${netns[row]} ${localPort[row]} ${tgid[row]} ${ownerStartNs[row]}`;
}
