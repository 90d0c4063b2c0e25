import type { Signal } from "../../output/otlp/encode.ts";

export const MOST_QUEUED_BYTES = 64 << 20;

/** A request that waits to be sent. */
export interface Waiting {
  readonly signal: Signal;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Records or points in it. */
  readonly items: number;
}

/** Requests of both signals in the order they were made. Never holds more than `most` bytes: the oldest go. */
export class Queue {
  readonly #waiting = new Set<Waiting>();
  /** Those that are being sent right now stay in here until it is known what became of them. */
  readonly #underWay = new Set<Waiting>();
  #bytes = 0;

  /** `lost` is told of what had to go. */
  constructor(readonly lost: (waiting: Waiting) => void, readonly most = MOST_QUEUED_BYTES) {}

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Items of the signal that wait. */
  items(signal: Signal): number {
    let items = 0;
    for (const waiting of this.#waiting) if (waiting.signal === signal) items += waiting.items;
    return items;
  }

  add(waiting: Waiting): void {
    this.#waiting.add(waiting);
    this.#bytes += waiting.body.length;
    for (const oldest of this.#waiting) {
      if (this.#bytes <= this.most) break;
      if (this.#underWay.has(oldest)) continue;
      this.#remove(oldest);
      this.lost(oldest);
    }
  }

  /** The oldest of the signal, which stays until done() or again() is called with it; null: none waits. */
  take(signal: Signal): Waiting | null {
    for (const waiting of this.#waiting) {
      if (waiting.signal !== signal || this.#underWay.has(waiting)) continue;
      this.#underWay.add(waiting);
      return waiting;
    }
    return null;
  }

  done(waiting: Waiting): void {
    this.#underWay.delete(waiting);
    this.#remove(waiting);
  }

  /** It is to be sent again, in its old place. */
  again(waiting: Waiting): void {
    this.#underWay.delete(waiting);
  }

  /** Everything that is still there goes. */
  clear(): void {
    for (const waiting of [...this.#waiting]) {
      this.done(waiting);
      this.lost(waiting);
    }
  }

  #remove(waiting: Waiting): void {
    if (this.#waiting.delete(waiting)) this.#bytes -= waiting.body.length;
  }
}
