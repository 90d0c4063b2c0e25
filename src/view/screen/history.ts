/** Rates of the past, for the sparklines and graphs. Time is that of the samples. */
import type { Sample } from "../../flow/sample.ts";
import { flowId } from "../../flow/row.ts";
import { perSecond } from "../flow.ts";
import type { Group } from "../group.ts";
import type { Totals } from "../totals.ts";
import { itemId } from "./lines.ts";
import { binned, type Point } from "./spark.ts";

/** Rates as bars. */
export interface RateHistory {
  /** binned() of what came in or went out; null where nothing is known. */
  bars(of: "received" | "sent", cells: number, spanNs: number, endNs?: number): (number | null)[];
}
import { type Wait, waitOf } from "../waits.ts";

/** The sparklines need no more; the time line as much as is remembered. */
const LEAST_NS = 180e9;
/** At the shortest interval these are ten minutes. */
const MOST_POINTS = 6000;

interface Rates extends Point {
  readonly received: number;
  readonly sent: number;
}

/** The total rates of the last minutes. */
export class TotalsHistory implements RateHistory {
  #points: Rates[] = [];
  readonly #keptNs: number;

  constructor(keptMs = 0) {
    this.#keptNs = Math.max(LEAST_NS, keptMs * 1e6);
  }

  add(sample: Sample, totals: Totals): void {
    if (sample.intervalMs === 0) return;
    const fromNs = sample.timeNs - sample.intervalMs * 1e6;
    this.#points.push({ timeNs: sample.timeNs, fromNs, received: totals.rxBytesPerS, sent: totals.txBytesPerS });
    const oldest = sample.timeNs - this.#keptNs;
    let drop = Math.max(0, this.#points.length - MOST_POINTS);
    while (this.#points[drop].timeNs < oldest) drop++;
    if (drop > 0) this.#points.splice(0, drop);
  }

  /** As it is now: a frozen screen does not see what is added later. */
  copy(): TotalsHistory {
    const copy = new TotalsHistory(this.#keptNs / 1e6);
    copy.#points = this.#points.slice();
    return copy;
  }

  bars(of: "received" | "sent", cells: number, spanNs: number, endNs = this.#points.at(-1)?.timeNs ?? 0) {
    return binned(this.#since(endNs - cells * spanNs), (point) => point[of], cells, spanNs, endNs);
  }

  /** Of ten minutes two are in the head, frame by frame. */
  #since(ns: number): readonly Rates[] {
    let first = this.#points.length;
    while (first > 0 && this.#points[first - 1].timeNs >= ns) first--;
    return this.#points.slice(first);
  }

  /** Both directions together: the highest rate in each of `cells` equal parts of the time between; null where nothing is known. */
  line(fromNs: number, toNs: number, cells: number): (number | null)[] {
    const line: (number | null)[] = new Array(cells).fill(null), spanNs = Math.max(1, toNs - fromNs) / cells;
    for (const { timeNs, received, sent } of this.#points) {
      const cell = Math.min(cells - 1, Math.floor((timeNs - fromNs) / spanNs));
      if (cell >= 0) line[cell] = Math.max(line[cell] ?? 0, received + sent);
    }
    return line;
  }
}

const MOST_SAMPLES = 180;
const MOST_LINES = 512;

interface LinePoint extends Rates {
  /** Of a flow. */
  readonly rttUs: number | null;
  readonly wait: Wait | null;
}

/** The last samples of a line. */
export class LineHistory implements RateHistory {
  readonly #points: LinePoint[];

  /** `seen`: number of the last sample that it was in. */
  constructor(public seen: number, points: LinePoint[] = []) {
    this.#points = points;
  }

  get received(): (number | null)[] {
    return this.#points.map(({ received }) => received);
  }
  get sent(): (number | null)[] {
    return this.#points.map(({ sent }) => sent);
  }
  get rttUs(): (number | null)[] {
    return this.#points.map(({ rttUs }) => rttUs);
  }

  get waits(): (Wait | null)[] {
    return this.#points.map(({ wait }) => wait);
  }

  add(
    { timeNs, intervalMs }: Sample,
    rxDelta: number,
    txDelta: number,
    rttUs: number | null,
    wait: Wait | null,
  ): void {
    const rate = (delta: number) => perSecond(delta, intervalMs), fromNs = timeNs - intervalMs * 1e6;
    this.#points.push({ fromNs, timeNs, received: rate(rxDelta), sent: rate(txDelta), rttUs, wait });
    if (this.#points.length > MOST_SAMPLES) this.#points.shift();
  }

  bars(of: "received" | "sent", cells: number, spanNs: number, endNs = this.#points.at(-1)?.timeNs ?? 0) {
    return binned(this.#points, (point) => point[of], cells, spanNs, endNs);
  }

  /** Without what came later. */
  until(untilNs: number): LineHistory | undefined {
    const points = this.#points.filter(({ timeNs }) => timeNs <= untilNs);
    return points.length === 0 ? undefined : new LineHistory(this.seen, points);
  }

  /** Both directions together. */
  totals(cells: number, spanNs: number, endNs: number): (number | null)[] {
    return binned(this.#points, ({ received, sent }) => received + sent, cells, spanNs, endNs);
  }
}

/** The last samples of those lines that were on the screen, flows or groups: whose details or graph may be asked for next. */
export class LineHistories {
  readonly #lines = new Map<string, LineHistory>();
  #number = 0;

  /** Begins a sample. */
  next(): void {
    this.#number++;
  }

  addFlows(sample: Sample, rows: Iterable<number>): void {
    const { rxDelta, txDelta, srttUs } = sample.flows;
    for (const row of rows) {
      if (row >= (sample.pastFrom ?? sample.length)) continue;
      const line = this.#of(flowId(sample.flows, row));
      line.add(sample, rxDelta[row], txDelta[row], srttUs[row] || null, waitOf(sample, row));
    }
    this.#forget();
  }

  addGroups(sample: Sample, groups: readonly Group[]): void {
    const { rxDelta, txDelta } = sample.flows;
    for (const group of groups.slice(0, MOST_LINES)) {
      let received = 0, sent = 0;
      for (const row of group.rows) {
        received += rxDelta[row];
        sent += txDelta[row];
      }
      this.#of(itemId(sample, group)).add(sample, received, sent, null, null);
    }
    this.#forget();
  }

  /** `untilNs`: what came later is left out. */
  get(id: string, untilNs = Infinity): LineHistory | undefined {
    const line = this.#lines.get(id);
    return untilNs === Infinity ? line : line?.until(untilNs);
  }

  #of(id: string): LineHistory {
    let line = this.#lines.get(id);
    if (line === undefined) this.#lines.set(id, line = new LineHistory(this.#number));
    line.seen = this.#number;
    return line;
  }

  #forget(): void {
    if (this.#lines.size <= MOST_LINES) return;
    for (const [id, { seen }] of this.#lines) if (seen < this.#number - MOST_SAMPLES / 2) this.#lines.delete(id);
    for (const id of this.#lines.keys()) if (this.#lines.size > MOST_LINES) this.#lines.delete(id);
  }
}
