import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ScopedRecords } from "../../../src/source/scoped/records.ts";
import { cgroupScope, treeScope } from "../../../src/source/scoped/scope.ts";
import {
  OwnerHow,
  ProcessLayout,
  Tag,
  TcpCountersLayout,
  UdpOwnerLayout,
  UdpRecordLayout,
} from "../../../src/wire/layout.ts";
import { comm, ended, join, live, record, tick } from "../../support/records.ts";

const MINE = 77, OTHER = 78;
const scope = () => cgroupScope(MINE, () => "79 /mine/below\n");

function passed(records: readonly Uint8Array[], scoped = new ScopedRecords(scope())): Uint8Array[] {
  const out: Uint8Array[] = [];
  scoped.pass(join(...records), (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (let at = 0; at < bytes.length; at += view.getUint16(at + 2, true)) {
      out.push(bytes.slice(at, at + view.getUint16(at + 2, true)));
    }
  });
  return out;
}

const counters = (cookie: number) =>
  record(TcpCountersLayout, { tag: Tag.tcpCounters, size: TcpCountersLayout.byteLength, cookie });
const process = (tgid: number, ...ancestors: number[]) => {
  const bytes = record(ProcessLayout, { tag: Tag.process, size: ProcessLayout.byteLength, tgid, exe: comm("curl") });
  ancestors.forEach((pid, i) => new DataView(bytes.buffer).setUint32(ProcessLayout.ancestors + i * 4, pid, true));
  return bytes;
};
const udp = (cookie: number, cgroupId: number, how: number = OwnerHow.connect) =>
  record(UdpRecordLayout, { tag: Tag.udpFlow, size: UdpRecordLayout.byteLength, cookie, cgroupId, how, family: 4 });
const udpOwner = (cookie: number, cgroupId: number) =>
  record(UdpOwnerLayout, { tag: Tag.udpOwner, size: UdpOwnerLayout.byteLength, cookie, cgroupId, how: OwnerHow.file });

Deno.test("ScopedRecords passes on the connections of a cgroup and of those below it, and their counters", () => {
  const own = live({ cookie: 1, cgroupId: MINE }), below = live({ cookie: 3, cgroupId: 79 });
  const records = [own, live({ cookie: 2, cgroupId: OTHER }), counters(1), counters(2), below, counters(3), tick(9)];
  deepStrictEqual(passed(records), [own, counters(1), below, counters(3), tick(9)]);
});

Deno.test("ScopedRecords tells of a process once, before its first flow, and of no other", () => {
  const own = live({ cookie: 1, tgid: 5, cgroupId: MINE });
  deepStrictEqual(passed([process(5), process(6), own, live({ cookie: 2, tgid: 6, cgroupId: OTHER }), own]), [
    process(5),
    own,
    own,
  ]);
});

Deno.test("ScopedRecords holds an end until its owner is known", () => {
  const scoped = new ScopedRecords(scope());
  const ends = [1, 2, 3].map((cookie) => ended({ cookie, how: OwnerHow.none }));
  deepStrictEqual(passed(ends, scoped), []);
  strictEqual(scoped.unknown, 3);
  const owners = [1, 2].map((cookie) => live({ cookie, cgroupId: cookie === 1 ? MINE : OTHER }));
  for (const owner of owners) new DataView(owner.buffer).setUint16(0, Tag.tcpOwner, true);
  deepStrictEqual(passed(owners, scoped), [ends[0], owners[0]]);
  strictEqual(scoped.unknown, 1);
});

Deno.test("ScopedRecords holds the UDP flows of a socket until its owner is known", () => {
  const scoped = new ScopedRecords(scope()), none = [udp(1, 0, OwnerHow.none), udp(2, 0, OwnerHow.none)];
  deepStrictEqual(passed(none, scoped), []);
  deepStrictEqual(passed([udpOwner(1, MINE), udpOwner(2, OTHER)], scoped), [none[0], udpOwner(1, MINE)]);
  deepStrictEqual(passed([udp(1, 0, OwnerHow.none), udp(2, OTHER)], scoped), [udp(1, 0, OwnerHow.none)]);
});

Deno.test("ScopedRecords tells the addresses of what it leaves out", () => {
  const told: string[] = [];
  const scoped = new ScopedRecords(scope(), (family, address) => told.push(`${family} ${address.subarray(0, 4)}`));
  passed([live({ cookie: 2, cgroupId: OTHER }), live({ cookie: 1, cgroupId: MINE })], scoped);
  strictEqual(told.length, 1);
});

Deno.test("treeScope() has the children of a process and theirs, not itself nor whose parents are not known", () => {
  const scoped = new ScopedRecords(treeScope(40));
  const flows = [5, 6, 7, 40].map((tgid) => live({ cookie: tgid, tgid, cgroupId: MINE }));
  deepStrictEqual(passed([process(5, 40, 1), process(6, 9, 40), process(7, 1), ...flows], scoped), [
    process(5, 40, 1),
    flows[0],
    process(6, 9, 40),
    flows[1],
  ]);
});
