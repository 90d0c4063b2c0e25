/** How much of a recording is kept, and how its files are called. */

import type { Keeping } from "../../options.ts";

export const HOUR_MS = 3_600_000;
/** A file is no larger than this share of what is kept by size: so much goes at once. */
const SHARE = 8;

/** What all names begin with. */
export const BEGINS = "tcptop-";
const NAME = /^tcptop-(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)Z(?:\.(\d{1,4}))?\.tcptop$/;

/** Of a file that begins at this time (ms since 1970): UTC, so that the order of the names is that of the files. `further`: others began in this
 * second. */
export function fileName(wallMs: number, further = 0): string {
  const time = new Date(wallMs).toISOString().slice(0, 19).replaceAll(":", "-");
  return `${BEGINS}${time}Z${further === 0 ? "" : `.${String(further).padStart(4, "0")}`}.tcptop`;
}

/** When the file of this name began, ms since 1970; null: it is none of ours. */
export function fileTimeMs(name: string): number | null {
  const [, hour, minute, second] = NAME.exec(name) ?? [];
  const ms = hour === undefined ? NaN : Date.parse(`${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? null : ms;
}

/** Our files among these, the oldest first. */
export function ownFiles<F extends { readonly name: string }>(files: readonly F[]): F[] {
  const key = ({ name }: F) => name.replace(/(?<=Z)\.tcptop$/, ".0000.tcptop");
  return files.filter(({ name }) => fileTimeMs(name) !== null).sort((a, b) => key(a) < key(b) ? -1 : 1);
}

/** Whether a file that began then, and is so large, is to be followed by another one. */
export function isFull(keeping: Keeping, beganMs: number, bytes: number, nowMs: number): boolean {
  if (Math.floor(beganMs / HOUR_MS) !== Math.floor(nowMs / HOUR_MS)) return true;
  return "bytes" in keeping && bytes >= keeping.bytes / SHARE;
}

/** How many of the files, the oldest first, may go. The last one is being written. A file is kept until all of it is older than asked for. */
export function outdated(
  keeping: Keeping,
  files: readonly { readonly name: string; readonly bytes: number }[],
  nowMs: number,
): number {
  const last = files.length - 1;
  let count = 0;
  if ("ms" in keeping) {
    while (count < last && endMs(files[count].name, files[count + 1].name) <= nowMs - keeping.ms) count++;
    return count;
  }
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  for (; count < last && bytes > keeping.bytes; count++) bytes -= files[count].bytes;
  return count;
}

/** A file ends with its hour, or where the next one begins. */
function endMs(name: string, next: string): number {
  const hour = Math.floor(fileTimeMs(name)! / HOUR_MS);
  return Math.min((hour + 1) * HOUR_MS, fileTimeMs(next)!);
}
