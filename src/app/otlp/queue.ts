import type { Signal } from "../../output/otlp/encode.ts";
import { released } from "../../source/recording/byte_list.ts";
import { squeezed, unsqueezed } from "../../source/recording/zstd.ts";

/** Of requests as they are. */
const MOST_QUEUED_BYTES = 64 << 20;
/** What comes while so much waits is squeezed, to a twentieth or so: a receiver that takes everything never lets it come to that. */
const MOST_PLAIN_BYTES = 4 << 20;
/** Memory of requests that are gone is used for those that come: garbage of this size is collected late, and is as much again by then. */
const MOST_SPARE = 4;
/** What a request takes is rounded up to this, so that it does for the next one too. */
const STEP_BYTES = 1 << 16;

/** A request that waits to be sent. */
export interface Waiting {
  readonly signal: Signal;
  /** Of what the queue gave: good for as long as it is in the queue. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Records or points in it. */
  readonly items: number;
}

interface Held extends Waiting {
  body: Uint8Array<ArrayBuffer>;
  /** What it takes in memory when it is not squeezed. */
  readonly bytes: number;
  /** opened: it was squeezed, and its memory is of no use for another one. */
  state: "plain" | "squeezed" | "opened";
}

/** Requests of both signals in the order they were made. Never holds more than `most` bytes of them: the oldest go. */
export class Queue {
  readonly #waiting = new Set<Held>();
  /** Those that are being sent right now stay in here until it is known what became of them. */
  readonly #underWay = new Set<Waiting>();
  readonly #spare: ArrayBuffer[] = [];
  #bytes = 0;
  #plainBytes = 0;

  /** `lost` is told of what had to go. */
  constructor(
    readonly lost: (waiting: Waiting) => void,
    readonly most: number = MOST_QUEUED_BYTES,
    readonly step: number = STEP_BYTES,
    readonly mostPlain: number = MOST_PLAIN_BYTES,
  ) {}

  /** As if nothing were squeezed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of memory that bodies are in. */
  get memoryBytes(): number {
    let bytes = 0;
    for (const { body } of this.#waiting) bytes += body.buffer.byteLength;
    return bytes;
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
    this.#waiting.add({ signal, items, bytes, ...this.#kept(body, bytes) });
    this.#bytes += bytes;
  }

  /** The oldest of the signal, which stays until done() or again() is called with it; null: none waits. */
  take(signal: Signal): Waiting | null {
    for (const waiting of this.#waiting) {
      if (waiting.signal !== signal || this.#underWay.has(waiting)) continue;
      this.#underWay.add(waiting);
      if (waiting.state === "squeezed") open(waiting);
      return waiting;
    }
    return null;
  }

  done(waiting: Waiting): void {
    this.#underWay.delete(waiting);
    this.#remove(waiting as Held);
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

  #kept(body: Uint8Array, bytes: number): Pick<Held, "body" | "state"> {
    if (this.#plainBytes + bytes > this.mostPlain) return { body: squeezed(body), state: "squeezed" };
    const own = new Uint8Array(this.#memory(bytes), 0, body.length);
    own.set(body);
    this.#plainBytes += bytes;
    return { body: own, state: "plain" };
  }

  #remove(waiting: Held): void {
    if (!this.#waiting.delete(waiting)) return;
    const { body, bytes, state } = waiting;
    this.#bytes -= bytes;
    if (state !== "plain") return released(body);
    this.#plainBytes -= bytes;
    if (this.#spare.length === MOST_SPARE) this.#spare.shift();
    this.#spare.push(body.buffer);
  }

  /** Of the size. */
  #memory(bytes: number): ArrayBuffer {
    const at = this.#spare.findIndex(({ byteLength }) => byteLength === bytes);
    return at < 0 ? new ArrayBuffer(bytes) : this.#spare.splice(at, 1)[0];
  }
}

/** It stays so: a request that fails is mostly sent again. */
function open(waiting: Held): void {
  const { body } = waiting;
  waiting.body = unsqueezed(body);
  released(body);
  waiting.state = "opened";
}
