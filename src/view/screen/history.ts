/** Rates of the past, for the sparklines. Time is that of the samples. */
import type { Sample } from "../../flow/sample.ts";
import { flowId } from "../../flow/row.ts";
import { perSecond } from "../flow.ts";
import type { Totals } from "../totals.ts";
import { type Wait, waitOf } from "../waits.ts";

const MINUTES_NS = 180e9;
/** At the shortest interval these are three minutes. */
const MOST_POINTS = 1800;

interface Point {
  readonly timeNs: number;
  /** Begin of the sample, timeNs its end. */
  readonly fromNs: number;
  readonly received: number;
  readonly sent: number;
}

/** The total rates of the last three minutes. */
export class TotalsHistory {
  #points: Point[] = [];

  add(sample: Sample, totals: Totals): void {
    if (sample.intervalMs === 0) return;
    const fromNs = sample.timeNs - sample.intervalMs * 1e6;
    this.#points.push({ timeNs: sample.timeNs, fromNs, received: totals.rxBytesPerS, sent: totals.txBytesPerS });
    const oldest = sample.timeNs - MINUTES_NS;
    let drop = Math.max(0, this.#points.length - MOST_POINTS);
    while (this.#points[drop].timeNs < oldest) drop++;
    if (drop > 0) this.#points.splice(0, drop);
  }

  /** As it is now: a frozen screen does not see what is added later. */
  copy(): TotalsHistory {
    const copy = new TotalsHistory();
    copy.#points = this.#points.slice();
    return copy;
  }

  /** The last `cells` spans of time, the highest rate of each; spans begin at whole multiples of their length, so that a bar
   * does not change once its span is over. `spanNs` is a few samples when many minutes are to fit. */
  bars(of: "received" | "sent", cells: number, spanNs: number): (number | null)[] {
    const bars: (number | null)[] = new Array(cells).fill(null), last = this.#points.at(-1);
    if (last === undefined) return bars;
    const end = Math.floor(last.timeNs / spanNs);
    for (const point of this.#points) {
      const at = cells - 1 - (end - Math.floor(point.timeNs / spanNs));
      // A sample that is longer than a span has a bar in each that it covers: steady traffic has no holes.
      const from = cells - 1 - (end - Math.floor(point.fromNs / spanNs) - 1);
      for (let i = Math.max(0, Math.min(at, from)); i <= at; i++) bars[i] = Math.max(bars[i] ?? 0, point[of]);
    }
    return bars;
  }
}

export interface FlowHistory {
  readonly received: (number | null)[];
  readonly sent: (number | null)[];
  readonly rttUs: (number | null)[];
  readonly waits: (Wait | null)[];
  seen: number;
}

const MOST_SAMPLES = 120;
const MOST_FLOWS = 512;

/** The last samples of those flows that were on the screen: whose details may be asked for next. */
export class FlowHistories {
  readonly #flows = new Map<string, FlowHistory>();
  #number = 0;

  add(sample: Sample, rows: Iterable<number>): void {
    if (sample.intervalMs === 0) return;
    this.#number++;
    for (const row of rows) if (row < (sample.pastFrom ?? sample.length)) this.#append(sample, row);
    if (this.#flows.size <= MOST_FLOWS) return;
    for (const [id, { seen }] of this.#flows) if (seen < this.#number - MOST_SAMPLES / 2) this.#flows.delete(id);
    for (const id of this.#flows.keys()) if (this.#flows.size > MOST_FLOWS) this.#flows.delete(id);
  }

  get(id: string): FlowHistory | undefined {
    return this.#flows.get(id);
  }

  #append(sample: Sample, row: number): void {
    const f = sample.flows, id = flowId(f, row);
    let flow = this.#flows.get(id);
    if (flow === undefined) {
      this.#flows.set(id, flow = { received: [], sent: [], rttUs: [], waits: [], seen: this.#number });
    }
    flow.seen = this.#number;
    flow.received.push(perSecond(f.rxDelta[row], sample.intervalMs));
    flow.sent.push(perSecond(f.txDelta[row], sample.intervalMs));
    flow.rttUs.push(f.srttUs[row] || null);
    flow.waits.push(waitOf(sample, row));
    if (flow.received.length > MOST_SAMPLES) {
      for (const list of [flow.received, flow.sent, flow.rttUs, flow.waits]) list.shift();
    }
  }
}

const BARS = "▁▂▃▄▅▆▇█";

/** One cell a value, the last ones at the right end; the highest fills its cell. null is a gap: nothing is known of then. */
export function sparkline(values: readonly (number | null)[], cells: number): string {
  const last = values.slice(-cells), most = Math.max(...last.map((value) => value ?? 0), 0);
  const bars = last.map((value) => value === null ? " " : bar(value, most)).join("");
  return bars.padStart(cells);
}

function bar(value: number, most: number): string {
  if (value <= 0 || most <= 0) return BARS[0];
  return BARS[Math.max(1, Math.min(7, Math.round(value / most * 7)))];
}
