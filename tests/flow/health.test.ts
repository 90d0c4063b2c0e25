import { deepStrictEqual } from "node:assert/strict";
import { healthSince, healthSum } from "../../src/flow/health.ts";
import type { Health } from "../../src/flow/sample.ts";
import { fakeSample } from "../view/fake_sample.ts";

const health = (more: Partial<Health>): Health => ({ ...healthSum([]), ...more });

Deno.test("healthSum() has every counter of a sample", () => {
  deepStrictEqual(Object.keys(healthSum([])).sort(), Object.keys(fakeSample([]).health).sort());
  deepStrictEqual(
    healthSum([health({ events: 3, dnsUnread: 1 }), health({ events: 4 })]),
    health({ events: 7, dnsUnread: 1 }),
  );
});

Deno.test("healthSince() is what has been counted, with what is open now", () => {
  const now = health({ events: 9, eventsLost: 5, socketsApart: 3 }), before = health({ events: 7, socketsApart: 8 });
  deepStrictEqual(healthSince(now, before), health({ events: 2, eventsLost: 5, socketsApart: 3 }));
});
