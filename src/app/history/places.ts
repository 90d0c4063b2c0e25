/** Ways through what is remembered: where a step leads to. */
import type { Step } from "../../view/screen/moment.ts";

interface Remembered {
  readonly timeNs: number;
}

/** The sample that was taken at `fromNs`, or else the next one, or the last; -1: there is none. */
export function placeOf(all: readonly Remembered[], fromNs: number): number {
  const at = all.findIndex(({ timeNs }) => timeNs >= fromNs);
  return at < 0 ? all.length - 1 : at;
}

/** null: it leads to the present, which the last one is. */
export function placeAfter(all: readonly Remembered[], from: number, { samples, ms }: Step): number | null {
  const at = Math.max(0, from + samples);
  if (at >= all.length) return null;
  if (ms === 0) return at >= all.length - 1 ? null : at;
  const wantedNs = all[at].timeNs + ms * 1e6;
  if (wantedNs > all[all.length - 1].timeNs) return null;
  const place = ms < 0
    ? Math.max(0, all.findLastIndex(({ timeNs }) => timeNs <= wantedNs))
    : all.findIndex(({ timeNs }) => timeNs >= wantedNs);
  return place >= all.length - 1 ? null : place;
}
