import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { rowOfPcb } from "../../../src/source/nettop/sockets.ts";
import { stateNumber } from "../../../src/source/nettop/state.ts";

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

Deno.test("rowOfPcb() has no bytes, and a key of its own for every socket", () => {
  const row = rowOfPcb("tcp", PCB);
  deepStrictEqual([row.rxBytes, row.txBytes, row.rttUs, row.pid, row.local.zone], [null, null, 5, 4711, "4"]);
  notStrictEqual(row.key, rowOfPcb("tcp", { ...PCB, generation: 8n }).key);
});

Deno.test("rowOfPcb() names every state of netinet/tcp_fsm.h so that it is known", () => {
  const states = Array.from({ length: 11 }, (_, tcpState) => stateNumber(rowOfPcb("tcp", { ...PCB, tcpState }).state));
  // CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, CLOSE_WAIT, FIN_WAIT_1, CLOSING, LAST_ACK, FIN_WAIT_2, TIME_WAIT
  deepStrictEqual(states, [7, 10, 2, 3, 1, 8, 4, 11, 9, 5, 6]);
  strictEqual(rowOfPcb("udp", { ...PCB, tcpState: null }).state, null);
});
