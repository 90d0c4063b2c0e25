/** While nothing moves, each snapshot says what the one before did. Such a snapshot is kept back where nobody needs it, and the last one is told before
 * anything else is: what moves then has moved since. */
import { Feature, TickLayout } from "../../wire/layout.ts";
import type { RecordSink, Resting } from "../source.ts";

/** One of changes with more bytes is told, whatever it says; and one of all connections, of which a part alone may have been read. */
const MOST_BYTES = 1 << 15, MOST_WHOLE_BYTES = 1 << 19;
/** The second one in a row that says the same is kept back: the first one's sample still shows what moved in the one before it, as rates that are
 * zero again. */
const SAME_BEFORE = 2;
/** Of a tick, which is a snapshot's last record: words of 4 bytes, from the snapshot's end. */
const TICK = TickLayout.byteLength / 4;
const FEATURES = TICK - TickLayout.features / 4;
const TIMES = TICK - TickLayout.beginNs / 4, BEHIND_TIMES = TICK - TickLayout.eventsLost / 4;

/** What a snapshot of all connections said. */
interface Whole {
  readonly words: number;
  readonly synRecv: number | null;
  readonly low: number;
  readonly high: number;
}

export class Rest implements Resting {
  untilNs = 0;
  /** What the last snapshot said, with the times of the last one that was kept back, and how many connections had not ended their handshake. No words: it was
   * large. */
  #last = new Uint32Array(64);
  #words = 0;
  /** Its tick, but for its times. */
  readonly #tick = new Uint32Array(TICK);
  #synRecv: number | null = null;
  /** How many in a row have said the same as the one before them. */
  #same = 0;
  /** Nothing was in the last one but the tick, as the one before had it, nor drained before it: its sample's rates are zero already. */
  #isQuiet = false;
  /** Something was, since the last one. */
  #hasDrained = false;
  /** The last one of all connections, if nothing has moved since. */
  #whole: Whole | null = null;
  #isResting = false;
  /** What came after the last one that was kept back: what was drained, or the beginning of a snapshot. */
  #drained: Uint8Array[] = [];
  #begun: Uint8Array | null = null;

  get isResting(): boolean {
    return this.#isResting;
  }

  get isLate(): boolean {
    return this.#begun !== null || this.#isResting && this.#drained.length > 0;
  }

  /** As FlowSource.drain(): `pour` hands over what there is. What comes after a snapshot that was kept back waits until that one is told. */
  drain(pour: (sink: RecordSink) => void, sink: RecordSink): void {
    if (!this.#isResting && this.#drained.length > 0) {
      for (const records of this.#drained.splice(0)) sink(records);
    }
    pour((records) => {
      this.#same = 0;
      this.#whole = null;
      this.#hasDrained = true;
      if (this.#isResting) this.#drained.push(records.slice());
      else sink(records);
    });
  }

  /** As FlowSource.snapshot(): `read` takes the next part of a snapshot, a new one if `begins`; no bytes: that was all. `synRecv` is of the new one. */
  snapshot(read: (begins: boolean) => Uint8Array, synRecv: () => number | null, sink: RecordSink): void {
    if (this.#isResting && this.#drained.length > 0) return this.#tellLast(sink);
    const begun = this.#begun, first = begun ?? read(true);
    this.#begun = null;
    if (begun === null && this.#keeps(first, synRecv(), sink)) return;
    for (let part = first; part.length > 0; part = read(false)) {
      sink(part);
      if (this.#words === 0) this.#rememberTick(part);
    }
  }

  /** The first part of a snapshot that has just been taken. False: it is told as always. True: it is kept back, or the one before it, which was, has been
   * told to `sink` instead (isLate). */
  #keeps(records: Uint8Array, synRecv: number | null, sink: RecordSink): boolean {
    const words = wordsOf(records);
    if (words === null) {
      const waits = this.#waits(records, sink);
      this.#words = this.#same = 0;
      this.#whole = null;
      this.#isQuiet = this.#hasDrained = false;
      return waits;
    }
    const isWhole = this.#leavesOut && (words[words.length - FEATURES] & Feature.changes) === 0;
    const stays = isWhole ? this.#isSameWhole(words, synRecv) : this.#isSame(words, synRecv);
    const wasQuiet = this.#isQuiet, isNothing = words.length === TICK && !isWhole && !this.#hasDrained;
    const isQuiet = this.#isQuiet = isNothing && this.#isSameTick(words);
    this.#hasDrained = false;
    if (!stays) this.#same = 0;
    else if (!isWhole) this.#same++;
    if (!stays && !isWhole) this.#whole = null;
    if (stays && (this.#same >= SAME_BEFORE || isQuiet && wasQuiet)) {
      // Of a whole one the times are enough: it says what is known.
      this.#remember(isWhole ? words.subarray(words.length - TIMES, words.length - BEHIND_TIMES) : words, isWhole);
      // What has said the same to the end is one sample.
      return this.#isResting = timeOf(words) < this.untilNs;
    }
    const waits = this.#waits(records, sink);
    if (!isWhole) this.#remember(words);
    this.#synRecv = synRecv;
    return waits;
  }

  /** Whether it waits for the one that was kept back, which is told now. */
  #waits(records: Uint8Array, sink: RecordSink): boolean {
    if (!this.#isResting) return false;
    this.#begun = records.slice();
    this.#tellLast(sink);
    return true;
  }

  #tellLast(sink: RecordSink): void {
    this.#isResting = false;
    sink(new Uint8Array(this.#last.buffer, 0, this.#words * 4));
  }

  /** Whether the last snapshot had changes alone: now and then one has all connections instead. */
  get #leavesOut(): boolean {
    return (this.#tick[TICK - FEATURES] & Feature.changes) !== 0;
  }

  /** Of the last part of a snapshot that is too large to be remembered; the parts before it leave something that it overwrites. */
  #rememberTick(part: Uint8Array): void {
    if (part.length >= TickLayout.byteLength) {
      this.#tick.set(new Uint32Array(part.slice(-TickLayout.byteLength).buffer));
    }
  }

  #isSame(words: Uint32Array, synRecv: number | null): boolean {
    const { length } = words, last = this.#last;
    if (length !== this.#words || synRecv !== this.#synRecv) return false;
    for (let i = 0; i < length - TIMES; i++) if (words[i] !== last[i]) return false;
    for (let i = length - BEHIND_TIMES; i < length; i++) if (words[i] !== last[i]) return false;
    return true;
  }

  /** Of one of changes: whether it is as that of the last one, be that of changes or of all connections. */
  #isSameTick(words: Uint32Array): boolean {
    const from = words.length - TICK;
    return this.#tick.every((word, i) => {
      if (i >= TICK - TIMES && i < TICK - BEHIND_TIMES) return true;
      return i === TICK - FEATURES ? (word | Feature.changes) === words[from + i] : word === words[from + i];
    });
  }

  #isSameWhole(words: Uint32Array, synRecv: number | null): boolean {
    const { length } = words, before = this.#whole;
    let low = 0x811c9dc5, high = 0x9747b28c;
    for (let i = 0; i < length; i++) {
      if (i >= length - TIMES && i < length - BEHIND_TIMES) continue;
      low = Math.imul(low ^ words[i], 0x01000193);
      high = Math.imul(high ^ words[i] ^ high >>> 15, 0x85ebca6b);
    }
    this.#whole = { words: length, synRecv, low, high };
    return before !== null && before.words === length && before.synRecv === synRecv && before.low === low &&
      before.high === high;
  }

  /** All of a snapshot, or the times of one. */
  #remember(words: Uint32Array, areTimes = false): void {
    if (areTimes) return this.#last.set(words, this.#words - TIMES);
    this.#tick.set(words.subarray(words.length - TICK));
    this.#words = words.byteLength > MOST_BYTES ? 0 : words.length;
    if (this.#words === 0) return;
    if (words.length > this.#last.length) this.#last = new Uint32Array(Math.max(words.length, this.#last.length * 2));
    this.#last.set(words);
  }
}

/** null: it may be a part of one, or has no tick. */
function wordsOf({ buffer, byteOffset, length }: Uint8Array): Uint32Array | null {
  if (length > MOST_WHOLE_BYTES || length < TickLayout.byteLength || length % 4 !== 0 || byteOffset % 4 !== 0) {
    return null;
  }
  return new Uint32Array(buffer, byteOffset, length / 4);
}

function timeOf(words: Uint32Array): number {
  const at = words.length - TICK + TickLayout.timeNs / 4;
  return words[at] + words[at + 1] * 2 ** 32;
}
