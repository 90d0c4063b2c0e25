/** What somebody makes up: sockets, a hundred thousand of which would share one place in a table. Gone through by each of them they took minutes, which is
 * what the limit stands for; it is no measure of speed. */
import { ok, strictEqual } from "node:assert/strict";
import { Feed } from "../support/feed.ts";
import { address, ended, live, tick, udp } from "../support/records.ts";
import { End } from "../../src/wire/layout.ts";
import { Errno } from "../../src/wire/errno.ts";

const COUNT = 100_000, LIMIT_MS = 10_000;
const HERE = address("127.0.0.1"), OUTER = address("10.0.0.1");
const equal = { localAddress: HERE, remoteAddress: HERE, localPort: 5000, remotePort: 5001 };
const mirrored = (i: number) => i % 2 === 0 ? equal : { ...equal, localPort: 5001, remotePort: 5000 };

/** 2^32 / the golden ratio, which often stands in hashes: two words that it makes one. */
const folded = (i: number) => Math.imul(i, 0x9e3779b1) >>> 0;

function foldedAddress(i: number): Uint8Array {
  const bytes = new Uint8Array(16), view = new DataView(bytes.buffer);
  view.setUint32(0, folded(i), true);
  view.setUint32(4, i, true);
  return bytes;
}

const CROWDS: Record<string, (i: number) => readonly Uint8Array[]> = {
  "TCP sockets of equal addresses": (i) => [live({ cookie: i, ...equal })],
  "TCP sockets that are connected to themselves": (i) => [live({ cookie: i, ...equal, remotePort: 5000 })],
  "two ends with the same addresses, again and again": (i) => [live({ cookie: i, ...mirrored(i), openedNs: 1000 + i })],
  "the same in a network namespace each": (i) => [live({ cookie: i, ...mirrored(i), netns: i })],
  "UDP sockets of equal addresses": (i) => [udp({ cookie: i, ...mirrored(i), firstNs: 1000 })],
  "connections that are opened and killed in turn": (i) => {
    const fields = { cookie: i, ...equal, localAddress: OUTER, remoteAddress: OUTER, localPort: i % 60_000 + 1 };
    return [live(fields), ended({ ...fields, end: End.error | Errno.ECONNABORTED })];
  },
  "cookies of which each half is the other's hash": (i) => [live({ cookie: BigInt(i) << 32n | BigInt(folded(i)) })],
  "addresses of the same kind": (i) => [live({ cookie: i, family: 6, localAddress: foldedAddress(i) })],
};

for (const [what, of] of Object.entries(CROWDS)) {
  Deno.test(`FlowTables takes a sample of ${what} in seconds`, () => {
    const records: Uint8Array[] = [];
    for (let i = 1; i <= COUNT; i++) records.push(...of(i));
    const feed = new Feed(), startMs = performance.now();
    for (const record of [tick(1), ...records]) feed.decoder.decode(record);
    strictEqual(feed.sample(tick(10e9)).length, COUNT);
    // Nothing tells of them any more.
    for (const atNs of [11e9, 12e9]) feed.sample(tick(atNs));
    strictEqual(feed.tables.tcp.length, 0);
    ok(performance.now() - startMs < LIMIT_MS);
  });
}
