import { deepStrictEqual } from "node:assert/strict";
import { Silences } from "../../src/output/silences.ts";
import { fakeSample } from "../view/fake_sample.ts";

const BEGAN_MS = fakeSample([]).wallMs;

/** Samples, a second apart; of each the second since when host `b` is silent, and whether `c` has answered. */
function notes(...samples: readonly (readonly [silentSince: number | null, isThere?: boolean])[]): string[] {
  const silences = new Silences();
  samples.forEach(([since, isThere = true], second) => {
    const stale = since === null ? null : BEGAN_MS + since * 1000, host = { aheadMs: 0, version: "0.1.0" };
    const fleet = [
      { ...host, name: "a", staleSinceMs: null },
      { ...host, name: "b\x1b", staleSinceMs: stale },
      { ...host, name: "c", staleSinceMs: null, version: isThere ? "0.1.0" : null },
    ];
    silences.take(fakeSample([], { number: second, wallMs: BEGAN_MS + second * 1000, fleet }));
  });
  return silences.notes().map(({ message }) => message);
}

Deno.test("Silences says for how long a host was not heard, and which ones never were", () => {
  deepStrictEqual(notes([null], [null]), []);
  const of = (seconds: number) => [`b␛ was not heard for ${seconds}s in all: what it did then is not known`];
  deepStrictEqual(notes([null], [null], [0], [0]), of(3));
  deepStrictEqual(notes([null], [null], [0], [null], [null]), of(2));
  deepStrictEqual(notes([null], [null], [0], [null], [null], [null], [4], [4]), of(2 + 3));
  const never = "c was never heard: nothing is known of it";
  deepStrictEqual(notes([null, false], [null, false]), [never]);
  deepStrictEqual(notes([null, false], [null, true]), []);
});
