import { deepStrictEqual } from "node:assert/strict";
import { HealthOfHost } from "../../../src/app/fleet/health.ts";
import { healthSum } from "../../../src/flow/health.ts";
import type { Health } from "../../../src/flow/sample.ts";

const health = (more: Partial<Health>): Health => ({ ...healthSum([]), ...more });

Deno.test("HealthOfHost goes on where a host is connected anew, but for what is open now", () => {
  const host = new HealthOfHost();
  host.take(health({ events: 120, eventsLost: 7, socketsApart: 5 }));
  host.take(health({ events: 150, eventsLost: 9, socketsApart: 4 }));
  deepStrictEqual(host.sum, health({ events: 150, eventsLost: 9, socketsApart: 4 }));
  host.restart();
  host.restart();
  deepStrictEqual(host.sum, health({ events: 150, eventsLost: 9 }));
  host.take(health({ events: 10, socketsApart: 2 }));
  deepStrictEqual(host.sum, health({ events: 160, eventsLost: 9, socketsApart: 2 }));
});
