import { deepStrictEqual } from "node:assert/strict";
import { TotalsHistory } from "../../src/view/screen/history.ts";
import { trafficLine } from "../../src/view/screen/spark.ts";
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

Deno.test("TotalsHistory.bars() has a bar of each span up to the end, however long the past is", () => {
  const kept = history(...new Array(170).fill(1));
  for (const [cells, spanNs] of [[1, 1e9], [60, 2e9], [90, 2e9], [169, 1e9]]) {
    deepStrictEqual(
      kept.bars("sent", cells, spanNs).filter((bar) => bar !== null).length,
      Math.min(cells, 86 * 2e9 / spanNs),
    );
    deepStrictEqual(kept.bars("received", cells, spanNs, 150.5e9).at(-1), 1000);
  }
});

Deno.test("trafficLine() is blank where nothing moves, and as wide as it is asked for", () => {
  deepStrictEqual([trafficLine([0, null, 0], 5), trafficLine([], 3), trafficLine([0, 7], 2)], ["     ", "   ", " █"]);
});
