/** How long is waited for what; tests wait less. */
export interface Timing {
  readonly pauseMs: number;
  readonly headerWithinMs: number;
  readonly staleAfterMs: number;
  readonly everyMs: number;
  readonly firstBackOffMs: number;
  readonly lastBackOffMs: number;
  readonly wellAfterMs: number;
  readonly lookEveryMs: number;
}

export const TIMING: Timing = {
  /** A frame's rows come within milliseconds: this long without one, and it is at its end. */
  pauseMs: 250,
  /** A child that has written no header by then never will. */
  headerWithinMs: 5000,
  /** Three samples missed. */
  staleAfterMs: 4000,
  /** Where a run gives one sample: from start to start. */
  everyMs: 1000,
  firstBackOffMs: 250,
  lastBackOffMs: 30_000,
  /** A child that lived this long is well: the back-off starts anew. */
  wellAfterMs: 10_000,
  lookEveryMs: 50,
};
