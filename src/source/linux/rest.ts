/** While nothing moves, each snapshot says what the one before did. Such a snapshot is kept back where nobody needs it, and the last one is told before
 * anything else is: what moves then has moved since. */
import { Feature, TickLayout } from "../../wire/layout.ts";
import type { RecordSink, Resting } from "../source.ts";

/** One of changes with more bytes is told, whatever it says. */
const MOST_BYTES = 1 << 15;
/** The second one in a row that says the same is kept back: the first one's sample still shows what moved in the one before it, as rates that are
 * zero again. */
const SAME_BEFORE = 2;
/** Of a tick, which is a snapshot's last record: words of 4 bytes, from the snapshot's end. */
const TICK = TickLayout.byteLength / 4;
const FEATURES = TICK - TickLayout.features / 4;
const TIMES = TICK - TickLayout.beginNs / 4, BEHIND_TIMES = TICK - TickLayout.eventsLost / 4;

/** What hands snapshots over. */
export interface Snapshots {
  /** Takes one. How many bytes it has. */
  take(): number;
  /** Its next part, good until the next call; no bytes: that was all. */
  read(): Uint8Array;
  /** Its tick, which is its last record. */
  tick(): Uint32Array;
  /** Of all records but the tick: two that say the same have the same. */
  sum(): bigint;
  /** How many connections had not ended their handshake; null: not known. */
  synRecv(): number | null;
}

/** What a snapshot of all connections said. */
interface Whole {
  readonly bytes: number;
  readonly synRecv: number | null;
  readonly tick: Uint32Array;
  readonly sum: bigint;
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

  /** As FlowSource.snapshot(). */
  snapshot(snapshots: Snapshots, sink: RecordSink): void {
    if (this.#isResting && this.#drained.length > 0) return this.#tellLast(sink);
    let part = this.#begun;
    this.#begun = null;
    if (part === null) {
      const bytes = snapshots.take();
      part = snapshots.read();
      if (this.#keeps(part, bytes, snapshots, sink)) return;
    }
    for (; part.length > 0; part = snapshots.read()) sink(part);
  }

  /** The first part of a snapshot that has just been taken. False: it is told as always. True: it is kept back, or the one before it, which was, has been
   * told to `sink` instead (isLate). */
  #keeps(first: Uint8Array, bytes: number, snapshots: Snapshots, sink: RecordSink): boolean {
    const words = first.length === bytes ? wordsOf(first) : null, synRecv = snapshots.synRecv();
    const tick = words?.subarray(words.length - TICK) ?? snapshots.tick();
    const isWhole = this.#leavesOut && (tick[TICK - FEATURES] & Feature.changes) === 0;
    const stays = isWhole
      ? this.#isSameWhole({ bytes, synRecv, tick: tick.slice(), sum: snapshots.sum() }) && this.#words > 0
      : words !== null && this.#isSame(words, synRecv);
    const wasQuiet = this.#isQuiet, isNothing = bytes === TickLayout.byteLength && !isWhole && !this.#hasDrained;
    const isQuiet = this.#isQuiet = isNothing && this.#isSameTick(tick);
    this.#hasDrained = false;
    if (!stays) this.#same = 0;
    else if (!isWhole) this.#same++;
    if (!stays && !isWhole) this.#whole = null;
    if (stays && (this.#same >= SAME_BEFORE || isQuiet && wasQuiet)) {
      // Of a whole one the times are enough: it says what is known.
      if (isWhole) this.#last.set(tick.subarray(TICK - TIMES, TICK - BEHIND_TIMES), this.#words - TIMES);
      else this.#remember(words, tick);
      // What has said the same to the end is one sample.
      return this.#isResting = timeOf(tick) < this.untilNs;
    }
    const waits = this.#waits(first, sink);
    if (!isWhole) this.#remember(words, tick);
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

  #isSame(words: Uint32Array, synRecv: number | null): boolean {
    const { length } = words, last = this.#last;
    if (length !== this.#words || synRecv !== this.#synRecv) return false;
    for (let i = 0; i < length - TIMES; i++) if (words[i] !== last[i]) return false;
    for (let i = length - BEHIND_TIMES; i < length; i++) if (words[i] !== last[i]) return false;
    return true;
  }

  /** Of one of changes: whether it is as that of the last one, be that of changes or of all connections. */
  #isSameTick(tick: Uint32Array): boolean {
    return isSameTick(tick, this.#tick, Feature.changes);
  }

  /** As the one before it, which is this one from now on. */
  #isSameWhole(whole: Whole): boolean {
    const before = this.#whole;
    this.#whole = whole;
    return before !== null && before.bytes === whole.bytes && before.synRecv === whole.synRecv &&
      before.sum === whole.sum && isSameTick(before.tick, whole.tick, 0);
  }

  /** null: it was large. */
  #remember(words: Uint32Array | null, tick: Uint32Array): void {
    this.#tick.set(tick);
    this.#words = words === null || words.byteLength > MOST_BYTES ? 0 : words.length;
    if (words === null || this.#words === 0) return;
    if (words.length > this.#last.length) this.#last = new Uint32Array(Math.max(words.length, this.#last.length * 2));
    this.#last.set(words);
  }
}

/** But for their times, and where `also` has bits of features that one of them may lack. */
function isSameTick(a: Uint32Array, b: Uint32Array, also: number): boolean {
  return a.every((word, i) =>
    i === TICK - FEATURES
      ? (word | also) === (b[i] | also)
      : word === b[i] || i >= TICK - TIMES && i < TICK - BEHIND_TIMES
  );
}

/** null: it is not in words. */
function wordsOf({ buffer, byteOffset, length }: Uint8Array): Uint32Array | null {
  if (length < TickLayout.byteLength || length % 4 !== 0 || byteOffset % 4 !== 0) return null;
  return new Uint32Array(buffer, byteOffset, length / 4);
}

function timeOf(tick: Uint32Array): number {
  const at = TickLayout.timeNs / 4;
  return tick[at] + tick[at + 1] * 2 ** 32;
}
