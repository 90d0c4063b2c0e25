import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import {
  GenerationLayout,
  PcbLayout,
  readPcbList,
  SocketLayout,
  TcpLayout,
} from "../../../src/system/darwin/pcblist.ts";
import { pcbList, TCP4, TCP4_READ } from "./pcbs.ts";

const V4 = 1, V6 = 2;
const zeros = (count: number) => new Array<number>(count).fill(0);
const ADDRESS6 = [0x20, 0x01, 0x0d, 0xb8, ...zeros(11), 1];

Deno.test("the layouts are those of xnu-11417's structs", () => {
  // Numbers printed by gcc and clang for arm64 and x86_64 from bsd/netinet/in_pcb.h, tcp_var.h and bsd/sys/socketvar.h.
  strictEqual(GenerationLayout.byteLength, 24);
  const { byteLength, remotePort, localPort, generation, versions, remoteAddress, localAddress } = PcbLayout;
  deepStrictEqual([byteLength, remotePort, localPort, generation, versions, remoteAddress, localAddress], [
    104,
    16,
    18,
    28,
    44,
    48,
    64,
  ]);
  deepStrictEqual([SocketLayout.uid, SocketLayout.lastPid, SocketLayout.effectivePid], [64, 68, 72]);
  deepStrictEqual([TcpLayout.state, TcpLayout.srtt], [36, 136]);
});

Deno.test("readPcbList() reads TCP over IPv4: ports in network order, the address in the last 4 of 16 bytes, srtt in 1/32 ms", () => {
  deepStrictEqual(readPcbList(pcbList([TCP4])), [TCP4_READ]);
});

Deno.test("readPcbList() reads UDP over IPv6, which has no state", () => {
  const [pcb] = readPcbList(pcbList([{ ...TCP4, versions: V6, local: ADDRESS6, remote: zeros(16), tcp: null }]));
  deepStrictEqual([pcb.family, pcb.tcpState, pcb.srttUs, pcb.scope], [6, null, null, 0]);
  deepStrictEqual(pcb.localAddress, new Uint8Array(ADDRESS6));
});

Deno.test("readPcbList() gives a v4-mapped address as it is: IPv6", () => {
  const mapped = [...zeros(10), 0xff, 0xff, 192, 0, 2, 1];
  const [pcb] = readPcbList(pcbList([{ ...TCP4, versions: V6, local: mapped, remote: mapped }]));
  deepStrictEqual([pcb.family, pcb.remoteAddress], [6, new Uint8Array(mapped)]);
});

Deno.test("readPcbList() takes the scope out of a link-local address, where the kernel keeps it", () => {
  const embedded = [0xfe, 0x80, 0, 4, ...zeros(11), 9];
  const [pcb] = readPcbList(pcbList([{ ...TCP4, versions: V6, local: embedded, remote: embedded }]));
  deepStrictEqual([pcb.scope, pcb.localAddress], [4, new Uint8Array([0xfe, 0x80, ...zeros(13), 9])]);
});

Deno.test("readPcbList() takes a socket of both families for IPv6, and leaves out one of none", () => {
  const both = { ...TCP4, versions: V4 | V6, local: zeros(16), remote: zeros(16) };
  deepStrictEqual(readPcbList(pcbList([both, { ...TCP4, versions: 0 }])).map(({ family }) => family), [6]);
});

Deno.test("readPcbList() names the process on whose behalf the socket is, where another holds it", () => {
  deepStrictEqual(readPcbList(pcbList([TCP4, { ...TCP4, pids: [300, 4712] }])).map(({ pid }) => pid), [4711, 4712]);
});

Deno.test("readPcbList() goes by kind and length: the shorter xsocket_n of macOS 12", () => {
  deepStrictEqual(readPcbList(pcbList([TCP4, TCP4], 76)), readPcbList(pcbList([TCP4, TCP4], 104)));
});

Deno.test("readPcbList() knows no round-trip time from 0", () => {
  strictEqual(readPcbList(pcbList([{ ...TCP4, tcp: [1, 0] }]))[0].srttUs, null);
});

Deno.test("readPcbList() leaves out a record that is too short, and lives with a list cut anywhere", () => {
  const list = pcbList([TCP4, TCP4, TCP4]);
  for (let length = 0; length <= list.length; length++) {
    strictEqual(readPcbList(list.subarray(0, length)).length <= 3, true);
  }
});

Deno.test("readPcbList() never throws, nor runs for ever, whatever the bytes", () => {
  const list = pcbList([TCP4, { ...TCP4, tcp: null }]);
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(list.length - 1), fc.nat(255)), { maxLength: 12 }), (pokes) => {
    const bytes = list.slice();
    for (const [at, value] of pokes) bytes[at] = value;
    readPcbList(bytes);
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void readPcbList(bytes)));
});
