import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { lastAfter, momentText, parseTime, timeAfter } from "../../src/time.ts";

const now = () => new Date(2026, 2, 1, 9, 30);
const at = (day: number, hours: number, minutes = 0, seconds = 0) =>
  new Date(2026, 0, day, hours, minutes, seconds).getTime();

Deno.test("parseTime() takes times of day and of certain days", () => {
  deepStrictEqual(parseTime("12:03", now), { ofDayMs: 43_380_000 });
  deepStrictEqual(parseTime("0:00:07", now), { ofDayMs: 7000 });
  deepStrictEqual(parseTime("2026-01-02 12:03:10", now), { wallMs: at(2, 12, 3, 10) });
  deepStrictEqual(parseTime("2026-01-02T12:03", now), { wallMs: at(2, 12, 3) });
  deepStrictEqual(parseTime("yesterday 14:00", now), { wallMs: new Date(2026, 1, 28, 14).getTime() });
  const utc = Date.UTC(2026, 0, 2, 12, 3, 10);
  deepStrictEqual(parseTime("2026-01-02T12:03:10Z", now), { wallMs: utc });
  deepStrictEqual(parseTime("2026-01-02T12:03:10.123456Z", now), { wallMs: utc + 123.456, lastMs: utc + 123.456 });
  deepStrictEqual(parseTime("2026-01-02T12:03:10.123Z", now), { wallMs: utc + 123, lastMs: utc + 123.999 });
  deepStrictEqual(parseTime("2026-01-02 14:03:10.5+02:00", now), { wallMs: utc + 500, lastMs: utc + 500.999 });
  deepStrictEqual(parseTime("2026-01-02 14:03:10+02:00", now), { wallMs: utc });
  for (
    const wrong of [
      "",
      "12",
      "24:00",
      "12:60",
      "12:3",
      "2026-13-45 12:00",
      "2026-02-30 12:00",
      "2026-04-31 12:00",
      "tomorrow 12:00",
      "2026-02-30T12:00:00Z",
      "2026-01-02T24:00:00Z",
      "2026-01-02T12:00:00+99:00",
      "12:00Z",
      "12:00 pm",
    ]
  ) {
    strictEqual(parseTime(wrong, now), null, wrong);
  }
});

Deno.test("momentText() is what parseTime() takes", () => {
  const wallMs = at(2, 1, 3, 7);
  strictEqual(momentText(wallMs), "2026-01-02 01:03:07");
  deepStrictEqual(parseTime(momentText(wallMs), now), { wallMs });
});

Deno.test("lastAfter() is the last moment that is written so", () => {
  const utc = Date.UTC(2026, 0, 2, 12, 3, 10);
  const last = (text: string) => lastAfter(parseTime(text, now)!, utc);
  strictEqual(last("2026-01-02T12:03:10Z"), utc);
  strictEqual(last("2026-01-02T12:03:10.250Z"), utc + 250.999);
  strictEqual(last("2026-01-02T12:03:10.250001Z"), utc + 250.001);
  strictEqual(lastAfter({ ofDayMs: 43_380_000 }, at(2, 11)), at(2, 12, 3));
});

Deno.test("timeAfter() is the first such time of the recording", () => {
  strictEqual(timeAfter({ ofDayMs: 43_380_000 }, at(2, 11)), at(2, 12, 3));
  strictEqual(timeAfter({ ofDayMs: 3600_000 }, at(2, 23)), at(3, 1));
  strictEqual(timeAfter({ ofDayMs: 82_800_000 }, at(2, 23, 0, 0) + 700), at(2, 23));
  strictEqual(timeAfter({ wallMs: 5 }, at(2, 23)), 5);
});
