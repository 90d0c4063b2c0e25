/** The time of day is set, an hour forth and back, while tcptop runs: only times of day move, by no more than that. */
import { ok, strictEqual } from "node:assert/strict";
import { Faults } from "../support/faults.ts";
import { lines, within } from "../support/lines.ts";
import { Running, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

const HOUR_MS = 3_600_000, STEPS = [HOUR_MS, 0, -HOUR_MS, 0];
/** What a sample of 200 ms may be late by on a busy machine. */
const LATE_MS = 5000;

/** Rates, interval and ages are the monotonic clock's; of those processes' flows, for others' may be a socket's next connection. */
function isSteady({ interval_ms, flows }: SampleDocument, pids: ReadonlySet<number>, age: Map<string, number>): void {
  ok(interval_ms > 50 && interval_ms < LATE_MS, `${interval_ms}`);
  for (const { id, pid, rx_bytes_delta, rx_bytes_per_s, age_ms } of flows) {
    if (!pids.has(pid!)) continue;
    if (rx_bytes_delta !== null) {
      const rate = rx_bytes_delta * 1000 / interval_ms;
      ok(Math.abs(rx_bytes_per_s! - rate) <= 0.01 * rate + 0.1, `${rx_bytes_per_s} is not ${rate}`);
    }
    if (age_ms === null) continue;
    const grown = age_ms - (age.get(id) ?? age_ms);
    ok(age_ms >= 0 && grown >= 0 && grown < LATE_MS, `${age_ms}`);
    age.set(id, age_ms);
  }
}

Deno.test("tcptop shows the same rates and ages when the time of day is set, and the new time", async () => {
  await using faults = await Faults.make();
  await using running = await Running.of(faults.line(tcptop(["--json", "-i", "200ms", "--tcp"])));
  await using workload = await Workload.start("churn", "--rate", 100, "--seconds", 30, "--tx", 503);
  await using bulk = await Workload.start("hold", "--count", 3);
  const begun = [await workload.until("start"), await bulk.until("ready")];
  const pids = new Set(begun.flatMap(({ client, server }) => [client.pid, server.pid]));
  const age = new Map<string, number>();
  for (const step of STEPS) {
    faults.set("stepNs", step * 1e6);
    const moved = await running.until("the new time", (sample) => {
      isSteady(sample, pids, age);
      return Math.abs(Date.parse(sample.time) - Date.now() - step) < LATE_MS;
    });
    isSteady(moved, pids, age);
    isSteady(await running.next(), pids, age);
  }
  ok(age.size > 6);
  strictEqual(await running.stop(), 0);
  await workload[Symbol.asyncDispose]();
});

Deno.test("--events has times in order but for the step when the time of day is set", async () => {
  await using faults = await Faults.make();
  const [program, ...args] = faults.line(tcptop(["--events", "--json", "-i", "100ms"]));
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped" }).spawn(),
    events = lines(child.stdout);
  try {
    await using workload = await Workload.start("churn", "--rate", 50, "--seconds", 30);
    let before = 0, back = 0;
    for (const step of STEPS) {
      faults.set("stepNs", step * 1e6);
      for (let now = NaN; !(Math.abs(now - Date.now() - step) < LATE_MS);) {
        now = Date.parse(JSON.parse((await within(10, "an event", events.next())).value!).time);
        if (now < before) {
          ok(before - now < HOUR_MS + LATE_MS, `${before - now}`);
          back++;
        }
        before = now;
      }
    }
    // From an hour ahead to now, and from now to an hour behind.
    strictEqual(back, 2);
    await workload[Symbol.asyncDispose]();
  } finally {
    child.kill("SIGTERM");
    await events.return();
    await child.status;
  }
});
