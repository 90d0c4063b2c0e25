/** Times of day and dates, as --from, --to and --at take them. */

/** A time of some day, or one of a certain day: ms since 1970. `lastMs`: the last moment that is written so, where it is written to the millisecond, as
 * those of samples are, or to the microsecond, as those of events. */
export type Time = { readonly ofDayMs: number } | { readonly wallMs: number; readonly lastMs?: number };

const DAY_MS = 86_400_000;

/** As JSON has it: with a zone. */
const ZONED = /^(\d{4}-\d\d-\d\d)[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

/** 12:03, 12:03:10, 2026-01-02 12:03, 2026-01-02T12:03:10, yesterday 12:03, where the reader is; 2026-01-02T12:03:10.123Z as JSON has it. null: it is
 * none of these. `now`: for yesterday. */
export function parseTime(text: string, now: () => Date): Time | null {
  const zoned = ZONED.exec(text);
  if (zoned !== null) return zonedTime(text.replace(" ", "T"), zoned[1], zoned[2]);
  const [, day, hours, minutes, seconds = "0"] =
    /^(?:(\d{4}-\d\d-\d\d|yesterday|today)[ T])?(\d\d?):(\d\d)(?::(\d\d))?$/
      .exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const ofDayMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  if (day === undefined) return { ofDayMs };
  const date = /^\d/.test(day) ? new Date(`${day}T00:00:00`) : now();
  if (Number.isNaN(date.getTime())) return null;
  if (/^\d/.test(day) && date.getDate() !== Number(day.slice(8))) return null; // the 30th of February
  if (day === "yesterday") date.setDate(date.getDate() - 1);
  date.setHours(Number(hours), Number(minutes), Number(seconds), 0);
  return { wallMs: date.getTime() };
}

function zonedTime(text: string, day: string, fraction = ""): Time | null {
  const secondMs = Date.parse(text.replace(fraction, "")), midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(secondMs) || midnight.getUTCDate() !== Number(day.slice(8))) return null;
  if (fraction === "") return { wallMs: secondMs };
  // Date knows whole milliseconds alone.
  const wallUs = secondMs * 1e3 + Number(fraction.slice(1, 7).padEnd(6, "0"));
  return { wallMs: wallUs / 1e3, lastMs: (fraction.length > 4 ? wallUs : wallUs + 999) / 1e3 };
}

/** 2026-01-02 12:03:10, where the reader is. */
export function momentText(wallMs: number): string {
  const date = new Date(wallMs), two = (number: number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}

/** ms since 1970. A time of day is the first such one that is not before `beganMs`, but for a second: the first sample may be late. */
export function timeAfter(time: Time, beganMs: number): number {
  if ("wallMs" in time) return time.wallMs;
  const midnight = new Date(beganMs);
  midnight.setHours(0, 0, 0, 0);
  const wallMs = midnight.getTime() + time.ofDayMs;
  return wallMs < beganMs - 1000 ? wallMs + DAY_MS : wallMs;
}

/** The same of the last moment that is written as `time` is. */
export function lastAfter(time: Time, beganMs: number): number {
  return "lastMs" in time ? time.lastMs! : timeAfter(time, beganMs);
}
