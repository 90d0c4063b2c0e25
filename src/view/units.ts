/** Numbers for people. KiB is 1,024 bytes, and every figure says its unit. */
const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** Three significant digits: 0 B, 999 B, 1.46 KiB, 98.3 MiB. null is a dash: not known. */
export function bytesText(bytes: number | null): string {
  if (bytes === null) return "-";
  let value = bytes, unit = 0;
  while (value >= 999.5 && unit < BINARY.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${digits(value, unit === 0)} ${BINARY[unit]}`;
}

export function rateText(bytesPerS: number | null): string {
  return bytesPerS === null ? "-" : `${bytesText(bytesPerS)}/s`;
}

/** Microseconds as µs, ms or s. */
export function durationText(us: number | null): string {
  if (us === null) return "-";
  if (us < 1000) return `${us} µs`;
  return us < 999_500 ? `${digits(us / 1e3, false)} ms` : `${digits(us / 1e6, false)} s`;
}

/** Whole units from the two largest: 45s, 3m12s, 2h05m, 9d04h. */
export function ageText(ms: number | null): string {
  if (ms === null) return "-";
  const s = Math.floor(ms / 1000), two = (n: number) => String(n).padStart(2, "0");
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m${two(s % 60)}s`;
  if (s < 86400) return `${Math.floor(s / 3600)}h${two(Math.floor(s / 60) % 60)}m`;
  return `${Math.floor(s / 86400)}d${two(Math.floor(s / 3600) % 24)}h`;
}

function digits(value: number, whole: boolean): string {
  if (whole) return String(Math.round(value));
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** 1,204 and the text behind it, which has [what one is|what several are] where the number makes a difference. */
export function counted(count: number, text: string): string {
  const behind = text.replace(/\[([^|\]]*)\|([^\]]*)\]/g, (_, one, several) => count === 1 ? one : several);
  return `${count.toLocaleString("en-US")} ${behind}`;
}
