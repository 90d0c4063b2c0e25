import type { Signal } from "../../output/otlp/encode.ts";

export const MOST_QUEUED_BYTES = 64 << 20;
/** Memory of requests that are gone is used for those that come: garbage of this size is collected late, and is as much again by then. */
const MOST_SPARE = 4;
/** What a request takes is rounded up to this, so that it does for the next one too. */
const STEP_BYTES = 1 << 16;

/** A request that waits to be sent. */
export interface Waiting {
  readonly signal: Signal;
  /** Good for as long as it is in the queue. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Records or points in it. */
  readonly items: number;
}

/** Requests of both signals in the order they were made. Never holds more than `most` bytes: the oldest go. */
export class Queue {
  readonly #waiting = new Set<Waiting>();
  /** Those that are being sent right now stay in here until it is known what became of them. */
  readonly #underWay = new Set<Waiting>();
  readonly #spare: ArrayBuffer[] = [];
  #bytes = 0;

  /** `lost` is told of what had to go. */
  constructor(
    readonly lost: (waiting: Waiting) => void,
    readonly most: number = MOST_QUEUED_BYTES,
    readonly step: number = STEP_BYTES,
  ) {}

  /** Of memory. */
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

  /** The body is copied. */
  add({ signal, body, items }: Waiting): void {
    const bytes = Math.ceil(body.length / this.step) * this.step;
    for (const oldest of this.#waiting) {
      if (this.#bytes + bytes <= this.most) break;
      if (this.#underWay.has(oldest)) continue;
      this.#remove(oldest);
      this.lost(oldest);
    }
    if (this.#bytes + bytes > this.most) return this.lost({ signal, body, items });
    const own = new Uint8Array(this.#memory(bytes), 0, body.length);
    own.set(body);
    this.#waiting.add({ signal, body: own, items });
    this.#bytes += own.buffer.byteLength;
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
    if (!this.#waiting.delete(waiting)) return;
    const { buffer } = waiting.body;
    this.#bytes -= buffer.byteLength;
    if (this.#spare.length === MOST_SPARE) this.#spare.shift();
    this.#spare.push(buffer);
  }

  /** Of the size. */
  #memory(bytes: number): ArrayBuffer {
    const at = this.#spare.findIndex(({ byteLength }) => byteLength === bytes);
    return at < 0 ? new ArrayBuffer(bytes) : this.#spare.splice(at, 1)[0];
  }
}
