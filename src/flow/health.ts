import type { Health } from "./sample.ts";

export const NO_HEALTH: Health = {
  events: 0,
  eventsLost: 0,
  recordsInvalid: 0,
  flowsEvicted: 0,
  socketsUntracked: 0,
  datagramsUntracked: 0,
  snapshotErrors: 0,
  dropsUntracked: 0,
  dnsUnread: 0,
  dnsNamesEvicted: 0,
  socketsApart: 0,
};

const NAMES = Object.keys(NO_HEALTH) as (keyof typeof NO_HEALTH)[];

/** Counters of all of them together. */
export function healthSum(all: readonly Health[]): Health {
  const sum: Record<string, number> = { ...NO_HEALTH };
  for (const health of all) for (const name of NAMES) sum[name] += health[name] ?? 0;
  return sum as unknown as Health;
}

/** What has been counted since; what is open now stays what it is. */
export function healthSince(now: Health, before: Health): Health {
  if (before === NO_HEALTH) return now;
  const since = NAMES.map((name) => [name, Math.max(0, (now[name] ?? 0) - (before[name] ?? 0))]);
  return { ...Object.fromEntries(since), socketsApart: now.socketsApart } as Health;
}
