import { strictEqual } from "node:assert/strict";
import { ClockDistance } from "../../../src/app/fleet/clock_distance.ts";

/** A host whose time of day is ahead by so much, and that began to count 1,000 s before us. */
class Host {
  readonly clock = new ClockDistance();

  constructor(public aheadMs: number) {}

  /** A sample of that moment, under way for so long. */
  told(ms: number, delayMs: number): number {
    const wallMs = 1.7e12 + ms;
    this.clock.take(
      { wallMs: wallMs + this.aheadMs, timeMs: ms + 1e6 },
      { wallMs: wallMs + delayMs, timeMs: ms + delayMs },
    );
    return this.clock.aheadMs!;
  }
}

Deno.test("ClockDistance takes no slow path for another time of day, once something has come faster", () => {
  for (const ahead of [0, 3_600_000, -7000]) {
    const host = new Host(ahead);
    strictEqual(host.clock.aheadMs, null);
    strictEqual(host.told(0, 50), ahead - 50);
    for (const [second, delay] of [[1, 3000], [2, 4019], [3, 60_000], [200, 9000], [700, 40]]) {
      strictEqual(host.told(second * 1000, delay), ahead - Math.min(50, delay));
    }
  }
});

Deno.test("ClockDistance knows a clock that has been set at once, and a path that has become longer after ten minutes", () => {
  const host = new Host(0);
  host.told(0, 30);
  host.aheadMs = 5000;
  strictEqual(host.told(1000, 2000), 4970);
  host.aheadMs = -5000;
  strictEqual(host.told(2000, 30), -5030);
  for (let second = 3; second <= 601; second++) {
    strictEqual(host.told(second * 1000, 400), second < 600 ? -5030 : -5400);
  }
});
