import type { Health } from "../../flow/sample.ts";

const NONE: Health = {
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

/** Counters of all of them together. */
export function healthSum(all: readonly Health[]): Health {
  const sum: Record<string, number> = { ...NONE };
  for (const health of all) for (const name of Object.keys(NONE)) sum[name] += health[name as keyof Health] ?? 0;
  return sum as unknown as Health;
}

/** What one host has counted, over all its connections: with each its counters begin anew. */
export class HealthOfHost {
  #before: Health = NONE;
  #now: Health = NONE;

  /** Of the connection that there is. */
  take(health: Health): void {
    this.#now = health;
  }

  /** It has ended: what is open now is not known any more. */
  restart(): void {
    this.#before = { ...this.sum, socketsApart: 0 };
    this.#now = NONE;
  }

  get sum(): Health {
    return healthSum([this.#before, this.#now]);
  }
}
