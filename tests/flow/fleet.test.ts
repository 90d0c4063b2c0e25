import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { unpackFlows } from "../../src/flow/columns.ts";
import { Fleet, type Part } from "../../src/flow/fleet.ts";
import { peerRow } from "../../src/flow/peer.ts";
import { flowId } from "../../src/flow/row.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { Decoder } from "../../src/decode/decode.ts";
import { counters, ended, join, live, tick } from "../support/records.ts";

const A = [10, 0, 0, 1], B = [10, 0, 0, 2], C = [10, 0, 0, 3];

/** One host, told by records. */
class Host {
  readonly tables = new FlowTables();
  readonly #decoder = new Decoder(this.tables);

  constructor(readonly host: number, readonly offsetNs = 0) {}

  part(...records: Uint8Array[]): Part {
    this.#decoder.decode(join(...records));
    const { length, flows } = this.tables.takeSample();
    const { host, offsetNs } = this;
    return {
      host,
      offsetNs,
      length,
      flows: unpackFlows(flows, length),
      cgroup: (number) => number,
      numbered: (number) => number,
    };
  }
}

const end = (cookie: number, local: number[], localPort: number, remote: number[], remotePort: number, more = {}) => ({
  cookie,
  ...{ localAddress: bytes(local), localPort, remoteAddress: bytes(remote), remotePort, openedNs: 1e9, ...more },
});
const bytes = (address: number[]) => Uint8Array.from({ length: 16 }, (_, i) => address[i] ?? 0);

/** [host, host of the peer, closed, received] of each row. */
function rows(fleet: Fleet, ...parts: Part[]) {
  const { length, flows } = fleet.merge(parts), f = unpackFlows(flows, length);
  return Array.from({ length }, (_, row) => {
    const peer = peerRow({ flows: f, length }, row);
    return [f.host[row], peer < 0 ? 0 : f.host[peer], f.closed[row], f.rxDelta[row]];
  }).sort((a, b) => a[0] - b[0]);
}

Deno.test("Fleet keeps what hosts have numbered apart, and their ids", () => {
  const a = new Host(1), b = new Host(2), fleet = new Fleet();
  const [one, two] = [a, b].map((host) => host.part(live(end(7, A, 5000, [8, 8, 8, 8], 443)), tick(2e9)));
  const { length, flows } = fleet.merge([one, two]), f = unpackFlows(flows, length);
  const ids = [flowId(f, 0), flowId(f, 1)];
  strictEqual(new Set(ids).size, 2);
  deepStrictEqual(ids.map((id) => id.slice(-2)), ["@1", "@2"]);
});

Deno.test("Fleet joins the ends of a connection between hosts, whatever their clocks say", () => {
  const a = new Host(1), b = new Host(2, 3600e9), fleet = new Fleet();
  const one = a.part(live(end(1, A, 5000, B, 80, { openedNs: 3601e9 })), tick(3602e9));
  const two = b.part(live(end(1, B, 80, A, 5000)), tick(2e9));
  deepStrictEqual(rows(fleet, one, two), [[1, 2, 0, 0], [2, 1, 0, 0]]);
  // A third host that has the same addresses: which one it is cannot be told.
  const three = new Host(3).part(live(end(9, B, 80, A, 5000)), tick(2e9));
  deepStrictEqual(rows(new Fleet(), one, two, { ...three, offsetNs: 3600e9 }).map(([, peer]) => peer), [0, 0, 0]);
});

Deno.test("Fleet tells both ends of a connection together, though hosts look at different times, and each byte once", () => {
  const a = new Host(1), b = new Host(2), fleet = new Fleet();
  const first = [
    a.part(live(end(1, A, 5000, B, 80)), tick(2e9)),
    b.part(live(end(2, B, 80, A, 5000)), live(end(3, B, 81, C, 5000)), tick(2e9)),
  ];
  deepStrictEqual(rows(fleet, ...first).map(([host, peer]) => [host, peer]), [[1, 2], [2, 1], [2, 0]]);
  const gone = { rxBytes: 307, timeNs: 25e8 };
  const second = rows(
    fleet,
    a.part(ended(end(1, A, 5000, B, 80, gone)), tick(3e9)),
    b.part(
      ...[counters({ cookie: 2 }), counters({ cookie: 3 }), tick(3e9)],
    ),
  );
  deepStrictEqual(second.filter(([host]) => host === 1), [[1, 2, 0, 307]]);
  const third = rows(
    fleet,
    a.part(tick(4e9)),
    b.part(
      ...[ended(end(2, B, 80, A, 5000, { timeNs: 26e8 })), counters({ cookie: 3 }), tick(4e9)],
    ),
  );
  deepStrictEqual(third.filter(([, , closed]) => closed === 1), [[1, 2, 1, 0], [2, 1, 1, 0]]);
  // One whose other end does not end is told two samples later.
  const short = () => rows(fleet, a.part(tick(5e9)), b.part(counters({ cookie: 3 }), tick(5e9)));
  strictEqual(short().length, 1);
});

Deno.test("Fleet joins ends that opened and ended within a sample, told by their hosts in different ones", () => {
  const a = new Host(1), b = new Host(2), fleet = new Fleet();
  rows(fleet, a.part(tick(1e9)), b.part(live(end(9, B, 81, C, 5000)), tick(1e9)));
  const one = ended(end(1, A, 5000, B, 80, { openedNs: 15e8, timeNs: 16e8, rxBytes: 11 }));
  const two = ended(end(2, B, 80, A, 5000, { openedNs: 15e8, timeNs: 16e8, rxBytes: 13 }));
  deepStrictEqual(
    rows(fleet, a.part(one, tick(2e9)), b.part(counters({ cookie: 9 }), tick(15e8))).filter(([host]) => host === 1),
    [
      [1, 0, 0, 11],
    ],
  );
  const told = rows(fleet, a.part(tick(3e9)), b.part(two, counters({ cookie: 9 }), tick(25e8)));
  deepStrictEqual(told.filter(([, , closed]) => closed), [[1, 2, 1, 0], [2, 1, 1, 13]]);
});

Deno.test("Fleet takes no longer where a host sends one connection again and again", () => {
  const many = (host: Host, local: number[], port: number, remote: number[], remotePort: number) =>
    host.part(...Array.from({ length: 4000 }, (_, i) => live(end(i + 1, local, port, remote, remotePort))), tick(2e9));
  const { length } = new Fleet().merge([many(new Host(1), A, 5000, B, 80), many(new Host(2), B, 80, A, 5000)]);
  ok(length === 8000);
});
