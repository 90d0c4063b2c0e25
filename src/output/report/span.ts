import { ageText, durationText } from "../../view/units.ts";

/** 350 µs, 12.3 s; and from a minute on 3m12s, 2h05m. */
export function spanText(ms: number): string {
  return ms < 60_000 ? durationText(Math.round(ms * 1000)) : ageText(ms);
}
