import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { rowOfPcb } from "../../../src/source/nettop/kernel_list.ts";
import { stateNumber } from "../../../src/source/nettop/records.ts";

const PCB = {
  generation: 7n,
  pid: 4711,
  uid: 501,
  family: 6,
  localAddress: new Uint8Array(16),
  remoteAddress: new Uint8Array(16),
  localPort: 1,
  remotePort: 2,
  scope: 4,
  tcpState: 10,
  srttUs: 5,
} as const;

Deno.test("rowOfPcb() has no bytes, the maker's user, and a label of its own for every socket", () => {
  const row = rowOfPcb("tcp", PCB);
  deepStrictEqual([row.rxBytes, row.txBytes, row.rttUs, row.pid, row.uid, row.local.zone], [
    null,
    null,
    5,
    4711,
    501,
    "4",
  ]);
  notStrictEqual(row.label, rowOfPcb("tcp", { ...PCB, generation: 8n }).label);
});

Deno.test("rowOfPcb() tells sockets of user space apart, which have no generation", () => {
  const flow = { ...PCB, generation: 0n }, elsewhere = new Uint8Array(16).fill(1);
  const others = [
    { localPort: 9 },
    { remotePort: 9 },
    { pid: 9 },
    { family: 4 as const },
    { localAddress: elsewhere },
    { remoteAddress: elsewhere },
  ];
  const labels = [flow, ...others.map((other) => ({ ...flow, ...other }))].map((pcb) => rowOfPcb("udp", pcb).label);
  strictEqual(new Set(labels).size, 7);
  strictEqual(rowOfPcb("udp", { ...flow, srttUs: 6 }).label, labels[0]);
  notStrictEqual(rowOfPcb("tcp", flow).label, labels[0]);
});

Deno.test("rowOfPcb() names every state of netinet/tcp_fsm.h so that it is known", () => {
  const states = Array.from({ length: 11 }, (_, tcpState) => stateNumber(rowOfPcb("tcp", { ...PCB, tcpState }).state));
  // CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, CLOSING, LAST_ACK, FIN_WAIT_2, TIME_WAIT
  deepStrictEqual(states, [7, 10, 2, 3, 1, 8, 4, 11, 9, 5, 6]);
  strictEqual(rowOfPcb("udp", { ...PCB, tcpState: null }).state, null);
});
