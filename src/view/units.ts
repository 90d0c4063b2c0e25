/** Numbers for people. KiB is 1,024 bytes, and every figure says its unit. */
import { momentText } from "../time.ts";

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;
const DECIMAL = ["bit", "kbit", "Mbit", "Gbit", "Tbit", "Pbit"] as const;

/** Three significant digits: 0 B, 999 B, 1.46 KiB, 98.3 MiB. null is a dash: not known. */
export function bytesText(bytes: number | null): string {
  return bytes === null ? "-" : scaled(bytes, 1024, BINARY);
}

export function rateText(bytesPerS: number | null): string {
  return bytesPerS === null ? "-" : `${bytesText(bytesPerS)}/s`;
}

/** The same as links are sold: 0 bit/s, 11.7 kbit/s, 98.3 Mbit/s; k is 1,000. */
export function bitRateText(bytesPerS: number | null): string {
  return bytesPerS === null ? "-" : `${scaled(bytesPerS * 8, 1000, DECIMAL)}/s`;
}

/** How rates are told: in bits or in bytes. */
export function rateTexts(bits: boolean): (bytesPerS: number | null) => string {
  return bits ? bitRateText : rateText;
}

/** Cells that hold every rate in bytes up to PiB/s, as in 99.9 MiB/s; in bits it is one more: 99.9 Mbit/s. */
export const RATE_CELLS = 10, BIT_RATE_CELLS = 11;

function scaled(figure: number, step: number, units: readonly string[]): string {
  let value = figure, unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= step;
    unit++;
  }
  return `${digits(value, unit === 0)} ${units[unit]}`;
}

/** Microseconds as µs, ms or s. */
export function durationText(us: number | null): string {
  if (us === null) return "-";
  if (us < 1000) return `${us} µs`;
  return us < 999_500 ? `${digits(us / 1e3, false)} ms` : `${digits(us / 1e6, false)} s`;
}

/** 02:14, and 1:02:14 from an hour on. */
export function minutesText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000)), two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  return `${hours > 0 ? `${hours}:` : ""}${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** The time of day where the reader is. */
export function clockText(wallMs: number): string {
  return momentText(wallMs).slice(-8);
}

/** Whole units from the two largest: 45s, 3m12s, 2h05m, 9d04h; from 100 days on days alone, as a column of 6 cells has them. */
export function ageText(ms: number | null): string {
  if (ms === null) return "-";
  const s = Math.floor(ms / 1000), two = (n: number) => String(n).padStart(2, "0");
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m${two(s % 60)}s`;
  if (s < 86400) return `${Math.floor(s / 3600)}h${two(Math.floor(s / 60) % 60)}m`;
  const days = Math.floor(s / 86400);
  return days < 100 ? `${days}d${two(Math.floor(s / 3600) % 24)}h` : `${days}d`;
}

/** How long ageText() says the same of an age, from one step to the next. */
export function ageStepMs(ms: number): number {
  const s = Math.floor(ms / 1000);
  return s < 3600 ? 1000 : s < 86400 ? 60_000 : s < 100 * 86400 ? 3_600_000 : 86_400_000;
}

function digits(value: number, whole: boolean): string {
  if (whole) return String(Math.round(value));
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** 1,204: by hand, since Intl takes 30 ms and some MiB to begin with. At most three digits behind the point. */
export function thousands(value: number): string {
  const [whole, fraction] = String(Math.round(value * 1000) / 1000).split(".");
  return whole.replace(/\B(?=(?:\d{3})+$)/g, ",") + (fraction === undefined ? "" : `.${fraction}`);
}

/** 1,204 and the text behind it, which has [what one is|what several are] where the number makes a difference. */
export function counted(count: number, text: string): string {
  const behind = text.replace(/\[([^|\]]*)\|([^\]]*)\]/g, (_, one, several) => count === 1 ? one : several);
  return `${thousands(count)} ${behind}`;
}
