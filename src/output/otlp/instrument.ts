/** Metrics by sets of attributes: a bounded number of sets, and a beginning and an end for each. */

import type { Attributes, AttributeSet } from "./attribute_set.ts";

/** Sets of attributes of one metric; what comes beyond them is added up in one more, as an SDK does it. */
export const MOST_SETS = 2000;
export const OVERFLOW: Attributes = { "otel.metric.overflow": true };
/** No set has this key. */
const OVERFLOW_KEY = "";
/** A set that has moved nothing for so long is told no more; it begins anew, from 0, when it moves again. */
export const IDLE_MS = 3_600_000;

/** How much of something there was; `explicit` has the buckets of Prometheus's text format, `exponential` those of OTLP. */
export interface Distribution {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly explicit: { readonly bounds: readonly number[]; readonly counts: readonly number[] } | null;
  readonly exponential: { readonly scale: number; readonly offset: number; readonly counts: readonly number[] } | null;
}

export interface Point {
  readonly attributes: Attributes;
  /** Since when it has been counted, ms since 1970. */
  readonly startMs: number;
  readonly value: number | Distribution;
}

export interface Metric {
  readonly name: string;
  /** UCUM. */
  readonly unit: string;
  readonly description: string;
  /** counter: never falls; updown: a number of things that are there. */
  readonly kind: "counter" | "updown" | "histogram";
  readonly points: readonly Point[];
}

export interface Definition {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
}

/** Something that adds up. */
export interface Sum {
  readonly value: number | Distribution;
}

interface Series<S> {
  readonly attributes: Attributes;
  readonly startMs: number;
  movedMs: number;
  readonly sum: S;
}

export class Instrument<S extends Sum> {
  readonly #series = new Map<string, Series<S>>();

  constructor(readonly definition: Definition, readonly kind: Metric["kind"], readonly make: () => S) {}

  /** The sum of the set, which has moved now; `sinceMs`: what a new one counts from. */
  of(set: AttributeSet, sinceMs: number, nowMs: number): S {
    const series = this.#series.get(set.key) ?? this.#begin(set, sinceMs, nowMs);
    series.movedMs = nowMs;
    return series.sum;
  }

  #begin({ key, attributes }: AttributeSet, sinceMs: number, nowMs: number): Series<S> {
    const overflow = this.#series.get(OVERFLOW_KEY);
    if (this.#series.size - (overflow === undefined ? 0 : 1) < MOST_SETS) {
      return this.#add(key, attributes, sinceMs, nowMs);
    }
    return overflow ?? this.#add(OVERFLOW_KEY, OVERFLOW, sinceMs, nowMs);
  }

  #add(key: string, attributes: Attributes, startMs: number, movedMs: number): Series<S> {
    const series = { attributes, startMs, movedMs, sum: this.make() };
    this.#series.set(key, series);
    return series;
  }

  /** What there is now. `delta`: all of it is told once and begins anew. Else what has not moved for IDLE_MS goes, and is told a last time. */
  collect(nowMs: number, delta: boolean): Metric {
    const points = [...this.#series.values()].map(({ attributes, startMs, sum: { value } }) => (
      { attributes, startMs, value }
    ));
    if (delta) this.#series.clear();
    else for (const [key, { movedMs }] of this.#series) if (nowMs - movedMs >= IDLE_MS) this.#series.delete(key);
    return { ...this.definition, kind: this.kind, points };
  }
}

export class Count implements Sum {
  value = 0;
}

export function counter(name: string, unit: string, description: string): Instrument<Count> {
  return new Instrument({ name, unit, description }, "counter", () => new Count());
}

/** Numbers of things that are there, as points that were just counted. */
export function updown(
  definition: Definition,
  startMs: number,
  values: Iterable<readonly [Attributes, number]>,
): Metric {
  return {
    ...definition,
    kind: "updown",
    points: [...values].map(([attributes, value]) => ({ attributes, startMs, value })),
  };
}
