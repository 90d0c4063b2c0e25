/** A moment of the past in the place of the present, and the ways through time. */
import type { Sample } from "../../flow/sample.ts";
import type { Ended } from "../closed.ts";

/** How far to go from a moment. */
export interface Step {
  readonly samples: number;
  readonly ms: number;
}

/** What is remembered. */
export interface Extent {
  readonly oldestNs: number;
  readonly newestNs: number;
  /** Before this a sample now and then is all that is left; null: all are there. */
  readonly thinBeforeNs: number | null;
}

/** What was then. */
export interface Moment {
  readonly sample: Sample;
  /** What ended in the samples before and is still to be seen. */
  readonly ended: readonly Ended[];
  readonly extent: Extent;
}

/** The moment that is shown instead of the present. */
export interface Shown {
  readonly timeNs: number;
  readonly wallMs: number;
  readonly extent: Extent;
  /** End of the last sample: what is shown is so long ago. */
  readonly nowNs: number;
}

export const STEPS: ReadonlyMap<string, Step> = new Map(Object.entries({
  "[": { samples: -1, ms: 0 },
  "]": { samples: 1, ms: 0 },
  "{": { samples: 0, ms: -60_000 },
  "}": { samples: 0, ms: 60_000 },
  "(": { samples: -Number.MAX_SAFE_INTEGER, ms: 0 },
  ")": { samples: Number.MAX_SAFE_INTEGER, ms: 0 },
}));

export function together(a: Step, b: Step): Step {
  return { samples: a.samples + b.samples, ms: a.ms + b.ms };
}
