/** Round times, and how they are written: in UTC. */
const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const STEPS = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 30, 365].map((n) => n * DAY),
];

/** ms since 1970, between two such times: as many as `most`, or fewer. */
export function ticks(from: number, to: number, most: number): number[] {
  const step = STEPS.find((step) => (to - from) / step <= most) ?? STEPS[STEPS.length - 1], times: number[] = [];
  for (let i = Math.ceil(from / step); i * step <= to && times.length <= most; i++) times.push(i * step);
  return times;
}

/** As precisely as one of the times differs from the next. */
export function tickTexts(times: readonly number[]): string[] {
  const step = times.length > 1 ? times[1] - times[0] : SECOND;
  return times.map((ms) => {
    const iso = new Date(ms).toISOString();
    if (step >= DAY) return iso.slice(5, 10);
    if (step >= MINUTE) return iso.slice(11, 16);
    return step >= SECOND ? iso.slice(11, 19) : iso.slice(14, 23);
  });
}

export function exactTime(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}
