import { deepStrictEqual, doesNotThrow, strictEqual, throws } from "node:assert/strict";
import { Span } from "../../src/app/span.ts";
import { parseTime } from "../../src/time.ts";

const ofDay = (text: string) => {
  const [hours, minutes, seconds] = text.split(":").map(Number);
  return { ofDayMs: ((hours * 60 + minutes) * 60 + seconds) * 1000 };
};
/** Of the second of January, where the reader is. */
const wall = (text: string, day = 2) => new Date(2026, 0, day).getTime() + ofDay(text).ofDayMs;
const SAMPLES = ["12:00:01", "12:00:02", "12:00:03", "12:00:04", "12:00:05"].map((text) => wall(text));
const refused = (message: string, status: number) => ({ message, status });

Deno.test("Span tells of the first sample and of those of the part, and ends behind it", () => {
  const span = new Span(ofDay("12:00:03"), ofDay("12:00:04"));
  deepStrictEqual(SAMPLES.map((ms) => [span.take(ms), span.inside]), [
    ["told", false],
    ["passed", false],
    ["told", true],
    ["told", true],
    ["over", true],
  ]);
  doesNotThrow(() => span.check());
});

Deno.test("Span refuses a part that ends before it begins, once the recording says of which day", () => {
  const message = "--to, 2026-01-02 12:00:02 in this recording, lies before --from, 2026-01-02 12:00:04",
    day = wall("12:00:02");
  for (const to of [ofDay("12:00:02"), { wallMs: day }]) {
    for (const from of [ofDay("12:00:04"), { wallMs: wall("12:00:04") }]) {
      throws(() => new Span(from, to).take(SAMPLES[0]), refused(message, 2));
    }
  }
  // Before the first sample it is the time of the next day.
  strictEqual(new Span(ofDay("12:00:04"), ofDay("11:00:00")).take(SAMPLES[0]), "told");
  strictEqual(new Span(ofDay("23:59:00"), ofDay("00:01:00")).take(SAMPLES[0]), "told");
});

Deno.test("Span says what a recording has instead, and claims no end that has not been read", () => {
  const of = (from: string | null, to: string | null, day = 2) => {
    const time = (text: string | null) => text === null ? null : { wallMs: wall(text, day) };
    const span = new Span(time(from), time(to));
    for (const ms of SAMPLES) if (span.take(ms + 500) === "over") break;
    span.check();
  };
  const nothing = "The recording has nothing of that time: it ";
  const between = `${nothing}has a sample of 2026-01-02 12:00:02.500, and the next one is of 2026-01-02 12:00:03.500`;
  const whole = `${nothing}is of 2026-01-02 12:00:01 to 2026-01-02 12:00:05`;
  throws(() => of("12:00:03", "12:00:03"), refused(between, 1));
  throws(() => of("12:00:07", "12:00:08"), refused(whole, 1));
  throws(() => of("12:00:07", null), refused(whole, 1));
  throws(() => of("12:00:01", "12:00:01"), refused(`${nothing}begins at 2026-01-02 12:00:01`, 1));
  throws(() => of("12:00:01", "12:00:02", 1), refused(`${nothing}begins at 2026-01-02 12:00:01`, 1));
  throws(() => of(null, "12:00:02", 1), refused(`${nothing}begins at 2026-01-02 12:00:01`, 1));
});

Deno.test("Span takes a time that JSON has told as the sample's or event's own", () => {
  const began = Date.UTC(2026, 0, 2, 12),
    part = (from: string, to = from) => {
      const [first, last] = [from, to].map((time) => parseTime(`2026-01-02T12:00:${time}Z`, () => new Date()));
      const span = new Span(first, last);
      span.take(began + 0.7);
      return span;
    };
  // Samples are told in whole milliseconds, whatever follows.
  for (const [ms, told] of [[4999.9, "passed"], [5250.0002, "told"], [5250.9998, "told"], [5251.1, "over"]] as const) {
    strictEqual(part("05.250").take(began + ms), told, String(ms));
  }
  // Events are told to the nearest microsecond.
  const times = [5250.4562, 5250.4568, 5250.4572, 5250.4578].map((ms) => began + ms);
  deepStrictEqual(times.map((ms) => part("05.250457").includes(ms)), [false, true, true, false]);
  deepStrictEqual(times.map((ms) => part("05.250457", "06").includes(ms)), [false, true, true, true]);
  deepStrictEqual(times.map((ms) => part("04", "05.250").includes(ms)), [true, true, true, true]);
});

Deno.test("Span is not empty where events are told of, though no sample lies in it", () => {
  const [from, to] = ["12:00:02", "12:00:03"].map((text) => ({ wallMs: wall(text) + 600 }));
  const span = new Span(from, { wallMs: to.wallMs - 800 });
  deepStrictEqual([1, 2, 3].map((at) => span.take(SAMPLES[at - 1] + 500)), ["told", "passed", "over"]);
  throws(() => span.check(), { status: 1 });
  span.tellsEvent();
  doesNotThrow(() => span.check());
});
