import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { OwnedRow } from "../../../src/source/nettop/frames.ts";
import { parseEndpoint } from "../../../src/source/nettop/row.ts";
import { matchRows, TrackedSocket } from "../../../src/source/nettop/socket.ts";

function rowOf(rxBytes: number | null, { pid = 7, remote = "*:*" } = {}): OwnedRow {
  return {
    kind: "connection",
    label: `udp4 *:5353<->${remote}`,
    protocol: "udp",
    family: 4,
    local: parseEndpoint(4, "*:5353")!,
    remote: parseEndpoint(4, remote)!,
    state: null,
    rxBytes,
    txBytes: 0,
    rxPackets: null,
    txPackets: null,
    rttUs: null,
    pid,
    process: "mDNSResponder",
  };
}
const socket = (cookie: number, row: OwnedRow) => new TrackedSocket(cookie, 0, 0, row, false, 1e9);
const cookies = (sockets: readonly TrackedSocket[], ...rows: OwnedRow[]) =>
  matchRows(sockets, rows).map((found) => found?.cookie ?? null);

Deno.test("matchRows() gives a row to the socket whose counters are nearest below it, whatever the order", () => {
  const sockets = [socket(1, rowOf(101)), socket(2, rowOf(2003)), socket(3, rowOf(30007))];
  deepStrictEqual(cookies(sockets, rowOf(30011), rowOf(103), rowOf(2003)), [3, 1, 2]);
  deepStrictEqual(cookies(sockets, rowOf(2005), rowOf(31), rowOf(30007), rowOf(107)), [2, null, 3, 1]);
});

Deno.test("matchRows() prefers the same process, then one that the socket passed to, then a reading that is too low", () => {
  const remote = "192.0.2.1:9", sockets = [socket(1, rowOf(101, { remote }))];
  deepStrictEqual(cookies(sockets, rowOf(103, { pid: 8, remote }), rowOf(1009, { remote })), [null, 1]);
  deepStrictEqual(cookies(sockets, rowOf(99, { pid: 8, remote }), rowOf(103, { pid: 9, remote })), [null, 1]);
  deepStrictEqual(cookies(sockets, rowOf(99, { pid: 8, remote })), [1]);
});

Deno.test("matchRows() takes no unused socket without a peer for that of another process", () => {
  deepStrictEqual(cookies([socket(1, rowOf(0))], rowOf(11, { pid: 8 })), [null]);
  deepStrictEqual(cookies([socket(1, rowOf(1))], rowOf(11, { pid: 8 })), [1]);
});

Deno.test("TrackedSocket.update() keeps the highest counters, and when they last grew", () => {
  const of = socket(1, rowOf(1009));
  for (const [frame, rx] of [[1, 0], [2, 1009], [3, null]] as const) of.update(rowOf(rx), frame, (frame + 1) * 1e9);
  deepStrictEqual([of.rxBytes, of.lastMovedNs], [1009, 1e9]);
  of.update(rowOf(1013), 4, 9e9);
  deepStrictEqual([of.rxBytes, of.lastMovedNs], [1013, 9e9]);
});

Deno.test("TrackedSocket.update() refuses the third of three readings that begin far below and grow: a new socket", () => {
  const of = socket(1, rowOf(1009));
  deepStrictEqual([3, 5, 7].map((rx, i) => of.update(rowOf(rx), i + 1, 2e9)), [true, true, false]);
  const disturbed = socket(2, rowOf(1009));
  deepStrictEqual([3, 0, 5, 2, 4].map((rx, i) => disturbed.update(rowOf(rx), i + 1, 2e9)).includes(false), false);
  strictEqual(disturbed.rxBytes, 1009);
});
