import { healthSum, NO_HEALTH } from "../../flow/health.ts";
import type { Health } from "../../flow/sample.ts";

/** What one host has counted, over all its connections: with each its counters begin anew. */
export class HealthOfHost {
  #before: Health = NO_HEALTH;
  #now: Health = NO_HEALTH;

  /** Of the connection that there is. */
  take(health: Health): void {
    this.#now = health;
  }

  /** It has ended: what is open now is not known any more. */
  restart(): void {
    this.#before = { ...this.sum, socketsApart: 0 };
    this.#now = NO_HEALTH;
  }

  get sum(): Health {
    return healthSum([this.#before, this.#now]);
  }
}
