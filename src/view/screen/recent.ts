/** What every flow that moves has moved in the last half minute, second by second: for a column of many flows, so in typed arrays. */
import { CookieIndex } from "../../flow/cookie_index.ts";
import type { FlowArrays } from "../../flow/columns.ts";
import { Protocol } from "../../flow/columns.ts";
import type { Sample } from "../../flow/sample.ts";

export const RECENT_S = 30;
const SECOND_NS = 1e9;
/** Of flows that have moved in that time: with all, some 4 MiB. */
const MOST_FLOWS = 1 << 15;
/** Samples between two looks for flows that do not move any more. */
const SWEEP_EVERY = 16;

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

  /** Flows that do not move take no place, nor those that are met at their end. */
  add({ flows, length, pastFrom = length, timeNs, intervalMs }: Sample): void {
    if (intervalMs === 0) return;
    // A time before this one is another stretch of history.
    if (timeNs < this.#timeNs) this.#clear();
    this.#timeNs = timeNs;
    const to = Math.floor(timeNs / SECOND_NS), { rxDelta, txDelta, closed } = flows;
    const from = Math.min(to, Math.floor((timeNs - intervalMs * 1e6) / SECOND_NS) + 1);
    if (++this.#samples % SWEEP_EVERY === 0) this.#sweep(to);
    for (let row = 0; row < pastFrom; row++) {
      const delta = rxDelta[row] + txDelta[row];
      if (delta === 0) continue;
      const low = flows.cookieLow[row], high = keyHigh(flows, row);
      let slot = this.#index.get(low, high);
      if (slot < 0 && (closed[row] || (slot = this.#take(low, high)) < 0)) continue;
      this.#put(slot, Math.max(from, to - RECENT_S + 1), to, delta * 1000 / intervalMs);
    }
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
