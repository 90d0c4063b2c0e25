/** What Squeeze and Spread have in common: what was, and how it is said what became of it. */
import { Slack, wordsWithRoom } from "./byte_list.ts";
import {
  Tag,
  TcpCountersLayout,
  TcpLimitsLayout,
  TcpPathLayout,
  TcpRecordLayout,
  UdpRecordLayout,
} from "../../wire/layout.ts";

/** Where the cookie of a record is that a snapshot repeats. */
export const COOKIE: Readonly<Record<number, number>> = {
  [Tag.tcpLive]: TcpRecordLayout.cookie,
  [Tag.tcpCounters]: TcpCountersLayout.cookie,
  [Tag.tcpLimits]: TcpLimitsLayout.cookie,
  [Tag.tcpPath]: TcpPathLayout.cookie,
  [Tag.udpFlow]: UdpRecordLayout.cookie,
};

/** What a number of the list of steps does, in its lowest bits; the others are how many records. */
export const Step = {
  /** The next ones of the snapshot before, unchanged. */
  same: 0,
  /** The next ones of it are not there any more. */
  gone: 1,
  /** The next ones of it, with differences. */
  changed: 2,
  /** Others, of the tag and size that follow. */
  fresh: 3,
} as const;
export const STEP_BITS = 2;

const SMALL_WORDS = 1 << 16;
/** Of what is larger than it was, how much larger room for it becomes. */
export const GROWTH = 1.5;

/** The records that the next snapshot may repeat, as words, each at a multiple of 8. */
export class Repeated {
  words = new Uint32Array(1 << 12);
  readonly starts: number[] = [];
  #length = 0;
  readonly #slack = new Slack();

  clear(): void {
    if (this.#slack.isTooLarge(this.words.byteLength, this.#length * 4)) {
      this.words = wordsWithRoom(this.words, 0, Math.max(SMALL_WORDS, 2 * this.#length));
    }
    this.starts.length = 0;
    this.#length = 0;
  }

  add(words: Uint32Array, start: number, length: number): void {
    if (this.#length + length > this.words.length) {
      this.words = wordsWithRoom(this.words, this.#length, Math.ceil(GROWTH * (this.#length + length)));
    }
    this.starts.push(this.#length);
    for (let i = 0; i < length; i++) this.words[this.#length + i] = words[start + i];
    this.#length += length;
  }
}

/** By which places of a record its bytes are put side by side. */
export const planeKey = (tag: number, size: number) => tag << 16 | size;
