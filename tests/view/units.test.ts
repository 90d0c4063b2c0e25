import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  ageText,
  BIT_RATE_CELLS,
  bitRateText,
  bytesText,
  counted,
  durationText,
  rateText,
  thousands,
} from "../../src/view/units.ts";

const same = <T>(text: (value: T) => string, expected: readonly (readonly [T, string])[]) => {
  for (const [value, words] of expected) strictEqual(text(value), words);
};

Deno.test("bytesText() says KiB where it means 1,024, with three digits", () => {
  same(bytesText, [
    [null, "-"],
    [0, "0 B"],
    [999, "999 B"],
    [1000, "0.98 KiB"],
    [1024, "1.00 KiB"],
    [10_240, "10.0 KiB"],
    [102_400, "100 KiB"],
    [1023 * 1024, "1.00 MiB"],
    [1 << 30, "1.00 GiB"],
    [2 ** 53, "8.00 PiB"],
  ]);
});

Deno.test("bytesText() never needs more than nine cells below 1,000 PiB, and never shows 0 for a byte", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
    const text = bytesText(bytes);
    return text.length <= 8 && !text.startsWith("0 ") && !text.startsWith("0.00");
  }));
});

Deno.test("rateText() is bytes a second", () =>
  same(rateText, [[null, "-"], [0, "0 B/s"], [1.6 * 1024, "1.60 KiB/s"]]));

Deno.test("durationText() chooses between µs, ms and s", () => {
  same(durationText, [[null, "-"], [999, "999 µs"], [1000, "1.00 ms"], [98_760, "98.8 ms"]]);
  same(durationText, [[999_499, "999 ms"], [999_500, "1.00 s"], [12_340_000, "12.3 s"]]);
});

Deno.test("ageText() has the two largest units", () => {
  same(ageText, [[null, "-"], [0, "0s"], [59_999, "59s"], [60_000, "1m00s"], [192_000, "3m12s"]]);
  same(ageText, [[7_500_000, "2h05m"], [86_399_999, "23h59m"], [792_000_000, "9d04h"], [8_639_999_999, "99d23h"], [
    8_640_000_000,
    "100d",
  ]]);
});

Deno.test("counted() takes the form that the number asks for", () => {
  const text = "[record was|records were] lost";
  deepStrictEqual([0, 1, 2, 1204].map((count) => counted(count, text)), [
    "0 records were lost",
    "1 record was lost",
    "2 records were lost",
    "1,204 records were lost",
  ]);
});

Deno.test("bitRateText() is in bits and by thousands, as links are sold", () => {
  same(bitRateText, [
    [null, "-"],
    [0, "0 bit/s"],
    [0.1, "1 bit/s"],
    [124, "992 bit/s"],
    [125, "1.00 kbit/s"],
    [1_250_000, "10.0 Mbit/s"],
    [12_487_500, "99.9 Mbit/s"],
    [125e6, "1.00 Gbit/s"],
    [2 ** 53, "72.1 Pbit/s"],
  ]);
});

Deno.test("bitRateText() fits its column whatever the rate, and is never 0 for a byte", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e14 }), (bytes) => {
    const text = bitRateText(bytes);
    return text.length <= BIT_RATE_CELLS && !text.startsWith("0 ") && !text.startsWith("0.00");
  }));
});

Deno.test("thousands() is what Intl says of numbers in English", () => {
  for (const n of [0, 7, 999, 1000, 1204, 12345, 999999, 1000000, 2 ** 53 - 1, -1204, 0.5, 1234.5678, 1e15]) {
    strictEqual(thousands(n), n.toLocaleString("en-US"));
  }
});
