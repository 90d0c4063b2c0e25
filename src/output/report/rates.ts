/** Rates over the time of a whole run. */
import { rxDelta, txDelta } from "../../flow/row.ts";
import type { Sample } from "../../flow/sample.ts";

/** Bytes that moved in a span of time, ms since 1970. */
export interface RatePoint {
  readonly fromMs: number;
  readonly toMs: number;
  /** With the outside of this machine. */
  readonly rx: number;
  readonly tx: number;
  /** Of flows inside this machine, as each of their ends that is seen has it. */
  readonly insideRx: number;
  readonly insideTx: number;
}

/** As many as a wide screen has room for. */
const MOST_POINTS = 1200;

/** A point a sample, of one after the other as time goes; once they are too many two neighbours become one. Nothing of their sums is lost. */
export class RateSeries {
  #points: RatePoint[] = [];
  /** What a point holds. */
  #samples = 1;
  #inLast = 0;

  constructor(readonly most = MOST_POINTS) {}

  get points(): readonly RatePoint[] {
    return this.#points;
  }

  /** `rows`: those that count. */
  add(sample: Sample, rows: readonly number[]): void {
    const point = pointOf(sample, rows), last = this.#points.at(-1);
    if (last === undefined || this.#inLast >= this.#samples) {
      // A clock that was set back does not turn the time around.
      const fromMs = Math.max(last?.toMs ?? 0, point.fromMs);
      this.#points.push({ ...point, fromMs, toMs: Math.max(fromMs, point.toMs) });
      this.#inLast = 1;
    } else {
      this.#points[this.#points.length - 1] = joined(last, point);
      this.#inLast++;
    }
    if (this.#points.length > this.most) this.#halve();
  }

  #halve(): void {
    const points = this.#points, odd = points.length % 2 === 1;
    this.#points = [];
    for (let i = 0; i < points.length; i += 2) {
      this.#points.push(i + 1 < points.length ? joined(points[i], points[i + 1]) : points[i]);
    }
    this.#inLast += odd ? 0 : this.#samples;
    this.#samples *= 2;
  }
}

function joined(a: RatePoint, b: RatePoint): RatePoint {
  return {
    fromMs: a.fromMs,
    toMs: Math.max(a.toMs, b.toMs),
    rx: a.rx + b.rx,
    tx: a.tx + b.tx,
    insideRx: a.insideRx + b.insideRx,
    insideTx: a.insideTx + b.insideTx,
  };
}

function pointOf(sample: Sample, rows: readonly number[]): RatePoint {
  const f = sample.flows;
  let rx = 0, tx = 0, insideRx = 0, insideTx = 0;
  for (const row of rows) {
    const received = rxDelta(f, row) ?? 0, sent = txDelta(f, row) ?? 0;
    if (f.inside[row] === 1) {
      insideRx += received;
      insideTx += sent;
    } else {
      rx += received;
      tx += sent;
    }
  }
  return { fromMs: sample.wallMs - sample.intervalMs, toMs: sample.wallMs, rx, tx, insideRx, insideTx };
}
