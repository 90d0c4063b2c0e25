import { deepStrictEqual } from "node:assert/strict";
import { fromBandwhich, fromEventLines, fromEvents, fromRustnet, type Reader } from "../bench/report.ts";
import type { Truth } from "../bench/workloads.ts";

const TRUTH: Truth = { pids: new Set([7, 8]), ports: new Set([80]), flows: 0, ends: 2, bytes: 400, owners: null };

async function seen(reader: Reader, ...lines: readonly string[]) {
  const { ends, owned, bytes } = await reader(
    (async function* () {
      yield* lines;
    })(),
    TRUTH,
    null,
  );
  return { ends, owned, bytes };
}

Deno.test("fromEvents() takes what ended, of the load's ports", async () => {
  const event = (event: string, pid: number | null, port: number) =>
    JSON.stringify({ event, pid, local: { port }, remote: { port: 5000 }, rx_bytes: 10, tx_bytes: 3 });
  const lines = [event("opened", 7, 80), event("closed", 7, 80), event("closed", null, 80), event("closed", 7, 81)];
  deepStrictEqual(await seen(fromEvents, ...lines, '{"event":"closed","pid'), { ends: 2, owned: 1, bytes: 26 });
});

Deno.test("fromEventLines() takes the text of them", async () => {
  const lines = [
    "2026-11-28T17:43:40.815136Z opened 127.0.0.1:5000 -> 127.0.0.1:80  curl[7]",
    "2026-11-28T17:43:40.813096Z closed 127.0.0.1:80 <- 127.0.0.1:5000  server[7]  -  in 0 B  out 0 B  rtt 16 µs  retrans 0",
    "2026-11-28T17:43:40.813118Z closed [::1]:5001 -> [::1]:80  -  in 0 B  out 0 B  rtt 36 µs  retrans 0",
  ];
  deepStrictEqual(await seen(fromEventLines, ...lines), { ends: 2, owned: 1, bytes: null });
});

Deno.test("fromRustnet() takes the connections of its one document", async () => {
  const connection = (port: number, process: unknown) => ({
    protocol: "TCP",
    local: { port },
    remote: { port: 5000 },
    process,
    traffic: { bytes_sent: 439, bytes_received: 1 },
  });
  const document = { connections: [connection(80, null), connection(80, { pid: 8 }), connection(81, null)] };
  deepStrictEqual(await seen(fromRustnet, JSON.stringify(document)), { ends: 2, owned: 1, bytes: 880 });
});

Deno.test("fromBandwhich() takes the highest of sums that grow", async () => {
  const line = (port: number) =>
    `connection: 1700000000 <lo>:5000 => 127.0.0.1:${port} (tcp) up/down Bps: 100/${port - 60} process: "a b"`;
  deepStrictEqual(await seen(fromBandwhich, line(80), line(80), line(81)), { ends: 1, owned: null, bytes: 120 });
});
