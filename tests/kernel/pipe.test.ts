/** `tcptop --record - | tcptop --replay -`: what one has seen the other tells, while it happens. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Running, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

const COUNT = 1009, BYTES = 503;
const quoted = (line: readonly string[]) => line.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
const piped = (record: readonly string[], replay: readonly string[]) =>
  `${quoted(tcptop(["--record", "-", ...record]))} | exec ${quoted(tcptop(["--replay", "-", ...replay]))}`;

Deno.test("a pipe of recordings has every connection with all its bytes, its process and its user, as they end", async () => {
  await using running = await Running.of(["bash", "-c", piped(["--interval", "500ms"], ["--json"])]);
  await using workload = await Workload.start("short", "--count", COUNT, "--tx", BYTES);
  const { client, server } = await workload.until("done"), wanted = [client.pid, server.pid];
  const own: SampleDocument["flows"][number][] = [];
  const first = await running.until("all ends", ({ flows, health }) => {
    strictEqual(health.events_lost, 0);
    own.push(...flows.filter(({ pid, closed, remote }) => closed && remote !== null && wanted.includes(pid!)));
    return own.length >= 2 * COUNT;
  }, 20);
  strictEqual(own.length, 2 * COUNT);
  deepStrictEqual(own.filter((flow) => flow.rx_bytes !== BYTES || flow.tx_bytes !== BYTES), []);
  deepStrictEqual([...new Set(own.map(({ process, user }) => `${process} ${user}`))].sort(), [
    "wl-client root",
    "wl-server root",
  ]);
  // Live, and not when the recorder has ended.
  ok(Date.now() - Date.parse(first.time) < 10_000);
});
