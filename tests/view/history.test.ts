import { deepStrictEqual } from "node:assert/strict";
import { TotalsHistory } from "../../src/view/screen/history.ts";
import { totalsOf } from "../../src/view/totals.ts";
import { fakeSample } from "./fake_sample.ts";

/** Samples of the given lengths in seconds, all at the same rate, from second 100 on. */
function history(...seconds: readonly number[]): TotalsHistory {
  const kept = new TotalsHistory();
  let timeNs = 100e9;
  for (const s of seconds) {
    timeNs += s * 1e9;
    const sample = fakeSample([{ rxDelta: 1000 * s }], { timeNs, intervalMs: s * 1000 });
    kept.add(sample, totalsOf(sample));
  }
  return kept;
}

Deno.test("TotalsHistory.bars() has no hole in steady traffic, however long a sample is", () => {
  deepStrictEqual(history(1, 1, 1, 1).bars("received", 6, 1e9), [null, null, 1000, 1000, 1000, 1000]);
  deepStrictEqual(history(5, 5).bars("received", 12, 1e9), [null, null, ...new Array(10).fill(1000)]);
  deepStrictEqual(history(1, 7, 1, 1).bars("received", 10, 1e9), new Array(10).fill(1000));
  deepStrictEqual(history(5, 5, 5, 5).bars("received", 10, 2e9), new Array(10).fill(1000));
});
