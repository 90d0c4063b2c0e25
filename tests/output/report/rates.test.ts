import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { RateSeries } from "../../../src/output/report/rates.ts";
import { BEGAN_MS, type MadeFlow, secondOf } from "./made.ts";

function seriesOf(seconds: readonly (readonly MadeFlow[])[], most?: number): RateSeries {
  const series = new RateSeries(most);
  seconds.forEach((flows, i) => series.add(secondOf(i + 1, flows), [...flows.keys()]));
  return series;
}

Deno.test("RateSeries has a point a sample, with what moved outside and inside", () => {
  const { points } = seriesOf([
    [{ rxDelta: 7, txDelta: 3 }, { rxDelta: 11, txDelta: 13, inside: true }, { rxDelta: 1 }],
    [],
  ]);
  deepStrictEqual(points, [
    { fromMs: BEGAN_MS, toMs: BEGAN_MS + 1000, rx: 8, tx: 3, insideRx: 11, insideTx: 13 },
    { fromMs: BEGAN_MS + 1000, toMs: BEGAN_MS + 2000, rx: 0, tx: 0, insideRx: 0, insideTx: 0 },
  ]);
});

Deno.test("RateSeries stays within its bound, without a gap, and loses no byte", () => {
  fc.assert(fc.property(
    fc.array(fc.nat(999_983), { minLength: 1, maxLength: 200 }),
    fc.integer({ min: 2, max: 9 }),
    (bytes, most) => {
      const { points } = seriesOf(bytes.map((rxDelta) => [{ rxDelta }]), most);
      ok(points.length <= most);
      strictEqual(points.reduce((sum, { rx }) => sum + rx, 0), bytes.reduce((sum, one) => sum + one, 0));
      strictEqual(points[0].fromMs, BEGAN_MS);
      strictEqual(points.at(-1)!.toMs, BEGAN_MS + bytes.length * 1000);
      points.slice(1).forEach(({ fromMs }, i) => strictEqual(fromMs, points[i].toMs));
    },
  ));
});

Deno.test("RateSeries goes on in time when a clock is set back", () => {
  const series = new RateSeries();
  series.add(secondOf(9, [{ rxDelta: 5 }]), [0]);
  series.add(secondOf(2, [{ rxDelta: 7 }]), [0]);
  const [first, second] = series.points;
  deepStrictEqual([second.fromMs, second.toMs, second.rx], [first.toMs, first.toMs, 7]);
});
