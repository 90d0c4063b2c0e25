/** What every flow that moves has moved in the last half minute, second by second: for a column of many flows, so in typed arrays. */
import { CookieIndex } from "../../flow/cookie_index.ts";
import type { FlowArrays } from "../../flow/columns.ts";
import { Protocol } from "../../flow/columns.ts";
import type { Sample } from "../../flow/sample.ts";

export const RECENT_S = 30;
const SECOND_NS = 1e9;
/** Of flows that have moved in that time: with all, some 4 MiB. */
const MOST_FLOWS = 1 << 15;
/** Of a RecentLog: with all, 3 MiB. */
const MOST_ENTRIES = 1 << 18;
/** Samples between two looks for flows that do not move any more. */
const SWEEP_EVERY = 16;

/** What was added to RecentRates, sample by sample: rates as they were at any moment that it reaches back to. When there is too much the oldest goes. */
export class RecentLog {
  /** Of each entry: what the flow is known by, and its rate in that sample. Used round and round. */
  #low = new Uint32Array(256);
  #high = new Uint32Array(256);
  #rate = new Float32Array(256);
  /** How many entries there were in all, the ones that have gone included. */
  #end = 0;
  /** The seconds since boot that each is of, and where its entries begin. */
  readonly #samples: { readonly timeNs: number; readonly from: number; readonly to: number; readonly begin: number }[] =
    [];

  /** Samples that are older than `keptNs` are not kept. */
  constructor(readonly keptNs: number) {}

  clear(): void {
    this.#samples.length = this.#end = 0;
  }

  begin(timeNs: number, from: number, to: number): void {
    this.#samples.push({ timeNs, from, to, begin: this.#end });
    let gone = 0;
    while (this.#samples[gone].timeNs < timeNs - this.keptNs) gone++;
    this.#drop(gone);
  }

  add(low: number, high: number, rate: number): void {
    if (this.#end - this.#samples[0].begin === this.#low.length) this.#makeRoom();
    const at = this.#end++ & this.#low.length - 1;
    this.#low[at] = low;
    this.#high[at] = high;
    this.#rate[at] = rate;
  }

  /** Those of the half minute before `timeNs`; null: it does not reach back to that. */
  at(timeNs: number): RecentRates | null {
    const last = this.#samples.findLastIndex((sample) => sample.timeNs <= timeNs);
    if (last < 0 || this.#samples[last].timeNs < timeNs) return null;
    const rates = new RecentRates(), mask = this.#low.length - 1;
    for (let i = 0; i <= last; i++) {
      const { from, to, begin } = this.#samples[i], end = this.#samples[i + 1]?.begin ?? this.#end;
      if (to <= this.#samples[last].to - RECENT_S) continue;
      for (let entry = begin; entry < end; entry++) {
        const at = entry & mask;
        rates.put(this.#low[at], this.#high[at], from, to, this.#rate[at]);
      }
    }
    return rates;
  }

  /** Twice as much of it, while that is not too much; else the oldest samples go: none has as many as there is room for. */
  #makeRoom(): void {
    const size = this.#low.length;
    if (size === MOST_ENTRIES) {
      while (this.#end - this.#samples[0].begin === size) this.#drop(1);
      return;
    }
    const low = new Uint32Array(size * 2), high = new Uint32Array(size * 2), rate = new Float32Array(size * 2);
    for (let entry = this.#samples[0].begin; entry < this.#end; entry++) {
      const from = entry & size - 1, to = entry & size * 2 - 1;
      low[to] = this.#low[from];
      high[to] = this.#high[from];
      rate[to] = this.#rate[from];
    }
    this.#low = low;
    this.#high = high;
    this.#rate = rate;
  }

  #drop(count: number): void {
    this.#samples.splice(0, count);
  }
}

export class RecentRates {
  #index = new CookieIndex();
  #low = new Uint32Array(256);
  #high = new Uint32Array(256);
  /** The last second that is in the flow's ring, since boot. */
  #last = new Float64Array(256);
  /** Bytes a second, both directions together; the second s is at s modulo RECENT_S. */
  #rates = new Float32Array(256 * RECENT_S);
  #used = 0;
  #samples = 0;
  #timeNs = 0;

  /** Nothing has moved in the last half minute, or a little longer. */
  get isBlank(): boolean {
    return this.#used === 0;
  }

  /** Flows that do not move take no place, nor those that are met at their end. `log` is told of what is added. */
  add({ flows, length, pastFrom = length, timeNs, intervalMs }: Sample, log: RecentLog | null = null): void {
    if (intervalMs === 0) return;
    // A time before this one is another stretch of history.
    if (timeNs < this.#timeNs) {
      this.#clear();
      log?.clear();
    }
    const beforeNs = this.#timeNs;
    this.#timeNs = timeNs;
    const to = Math.floor(timeNs / SECOND_NS), { rxDelta, txDelta, closed, openedNs, host } = flows;
    const from = Math.min(to, Math.floor((timeNs - intervalMs * 1e6) / SECOND_NS) + 1);
    if (++this.#samples % SWEEP_EVERY === 0) this.#sweep(to);
    log?.begin(timeNs, from, to);
    for (let row = 0; row < pastFrom; row++) {
      const delta = rxDelta[row] + txDelta[row];
      if (delta === 0) continue;
      // Most short connections: one that opened since the sample before has no place. Other hosts' clocks are not exactly this one's.
      if (closed[row] && openedNs[row] > beforeNs && host[row] === 0) continue;
      const low = flows.cookieLow[row], high = keyHigh(flows, row);
      let slot = this.#index.get(low, high);
      if (slot < 0 && (closed[row] || (slot = this.#take(low, high)) < 0)) continue;
      const rate = delta * 1000 / intervalMs;
      this.#put(slot, Math.max(from, to - RECENT_S + 1), to, rate);
      log?.add(low, high, rate);
    }
  }

  /** One of those that a RecentLog has. */
  put(low: number, high: number, from: number, to: number, rate: number): void {
    let slot = this.#index.get(low, high);
    if (slot < 0) slot = this.#take(low, high);
    if (slot >= 0) this.#put(slot, Math.max(from, to - RECENT_S + 1), to, rate);
  }

  /** The rates of the last RECENT_S seconds up to `timeNs` in `cells` cells, as binned() has them; null: the flow has none, or no room was left
   * for it. */
  bars(flows: FlowArrays, row: number, cells: number, timeNs: number): (number | null)[] | null {
    const slot = this.#index.get(flows.cookieLow[row], keyHigh(flows, row));
    if (slot < 0 || cells <= 0) return null;
    const bars: (number | null)[] = new Array(cells).fill(null), seconds = Math.ceil(RECENT_S / cells);
    const now = Math.floor(timeNs / SECOND_NS), end = Math.floor(now / seconds), last = this.#last[slot];
    for (let second = Math.max(now, last) - RECENT_S + 1; second <= Math.min(now, last); second++) {
      const at = cells - 1 - (end - Math.floor(second / seconds));
      if (at >= 0) bars[at] = Math.max(bars[at] ?? 0, this.#rates[slot * RECENT_S + second % RECENT_S]);
    }
    return bars;
  }

  /** As it is now. */
  copy(): RecentRates {
    const copy = new RecentRates();
    copy.#low = this.#low.slice(0, this.#used);
    copy.#high = this.#high.slice(0, this.#used);
    copy.#last = this.#last.slice(0, this.#used);
    copy.#rates = this.#rates.slice(0, this.#used * RECENT_S);
    copy.#used = this.#used;
    copy.#timeNs = this.#timeNs;
    for (let slot = 0; slot < this.#used; slot++) copy.#index.set(this.#low[slot], this.#high[slot], slot);
    return copy;
  }

  /** A slot for a new flow; -1: there is none. */
  #take(low: number, high: number): number {
    if (this.#used === MOST_FLOWS) return -1;
    if (this.#used === this.#low.length) this.#resize(this.#used * 2);
    const slot = this.#used++;
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#last[slot] = -RECENT_S;
    this.#index.set(low, high, slot);
    return slot;
  }

  #put(slot: number, from: number, to: number, rate: number): void {
    const at = slot * RECENT_S, last = this.#last[slot];
    for (let second = Math.max(last + 1, to - RECENT_S + 1); second <= to; second++) {
      this.#rates[at + second % RECENT_S] = 0;
    }
    for (let second = from; second <= to; second++) {
      const place = at + second % RECENT_S;
      this.#rates[place] = Math.max(this.#rates[place], rate);
    }
    this.#last[slot] = Math.max(last, to);
  }

  /** Forgets those that have not moved for RECENT_S: what is left moves together, and unused memory is given back. */
  #sweep(now: number): void {
    let kept = 0;
    for (let slot = 0; slot < this.#used; slot++) {
      if (this.#last[slot] <= now - RECENT_S) continue;
      if (kept < slot) {
        this.#low[kept] = this.#low[slot];
        this.#high[kept] = this.#high[slot];
        this.#last[kept] = this.#last[slot];
        this.#rates.copyWithin(kept * RECENT_S, slot * RECENT_S, (slot + 1) * RECENT_S);
      }
      kept++;
    }
    if (kept === this.#used) return;
    this.#used = kept;
    this.#index = new CookieIndex();
    for (let slot = 0; slot < kept; slot++) this.#index.set(this.#low[slot], this.#high[slot], slot);
    if (this.#low.length > 1024 && kept * 4 < this.#low.length) this.#resize(Math.max(1024, kept * 2));
  }

  #clear(): void {
    this.#used = 0;
    this.#index = new CookieIndex();
  }

  #resize(slots: number): void {
    const grown = <T extends Uint32Array | Float64Array | Float32Array>(to: T, from: T, used: number): T => {
      to.set(from.subarray(0, used) as never);
      return to;
    };
    this.#low = grown(new Uint32Array(slots), this.#low, this.#used);
    this.#high = grown(new Uint32Array(slots), this.#high, this.#used);
    this.#last = grown(new Float64Array(slots), this.#last, this.#used);
    this.#rates = grown(new Float32Array(slots * RECENT_S), this.#rates, this.#used * RECENT_S);
  }
}

/** What tells flows of one socket apart, as flowId() has it, beside the lower half of its cookie. */
function keyHigh(f: FlowArrays, row: number): number {
  const opened = f.openedNs[row];
  let h = Math.imul(f.cookieHigh[row] ^ f.host[row] << 24 ^ Math.imul(opened % 4294967296 | 0, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ h >>> 13 ^ (opened / 4294967296 | 0), 0xc2b2ae35);
  if (f.protocol[row] !== Protocol.tcp) h = Math.imul(h ^ h >>> 16 ^ (f.remotePort[row] + 0x10000), 0x27d4eb2f);
  return (h ^ h >>> 15) >>> 0;
}
