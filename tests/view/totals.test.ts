import { deepStrictEqual } from "node:assert/strict";
import { totalsOf } from "../../src/view/totals.ts";
import { fakeSample } from "./fake_sample.ts";

Deno.test("totalsOf() keeps loopback apart, leaves listeners out and counts who is not known", () => {
  const sample = fakeSample([
    { rxDelta: 100, txDelta: 10 },
    { rxDelta: 7, txDelta: 3, loopback: true },
    { protocol: "udp", rxDelta: 1, process: null },
    { state: "LISTEN", process: null },
  ], { intervalMs: 500, opened: 3, closed: 2 });
  deepStrictEqual(totalsOf(sample), {
    flows: 3,
    tcp: 2,
    udp: 1,
    opened: 3,
    closed: 2,
    failed: 0,
    rxBytesPerS: 202,
    txBytesPerS: 20,
    insideBytesPerS: 14,
    insideByAddressBytesPerS: 14,
    loopbackRxBytesPerS: 14,
    loopbackTxBytesPerS: 6,
    rxDroppedPackets: 0,
    unattributed: 2,
  });
});

Deno.test("totalsOf() counts connections for which there was no row", () => {
  const { health } = fakeSample([]);
  const sample = fakeSample([{}, { protocol: "udp" }], { health: { ...health, socketsUntracked: 9, socketsApart: 7 } });
  const { flows, tcp, udp } = totalsOf(sample);
  deepStrictEqual([flows, tcp, udp], [9, 8, 1]);
});

Deno.test("totalsOf() adds up what hosts moved in times of their own", () => {
  const host = (name: string, intervalMs: number) => ({
    name,
    staleSinceMs: null,
    aheadMs: 0,
    version: null,
    intervalMs,
  });
  const sample = fakeSample([{ rxDelta: 400, txDelta: 4 }, { rxDelta: 100, loopback: true }, { rxDelta: 7 }], {
    intervalMs: 500,
    fleet: [host("a", 2000), host("b", 1000), host("c", 0)],
  });
  [1, 2, 3].forEach((host, row) => sample.flows.host[row] = host);
  const { rxBytesPerS, txBytesPerS, insideBytesPerS, loopbackRxBytesPerS } = totalsOf(sample);
  deepStrictEqual([rxBytesPerS, txBytesPerS, insideBytesPerS, loopbackRxBytesPerS], [200, 2, 100, 100]);
});
