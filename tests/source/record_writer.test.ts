import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Decoder, type EventHandler } from "../../src/decode/decode.ts";
import { RecordWriter, type TcpFields } from "../../src/source/record_writer.ts";
import { Carries, Tag, UdpState } from "../../src/wire/layout.ts";

const FLOW = {
  family: 4,
  direction: 2,
  how: 5,
  cookie: 2 ** 53 - 1,
  rxBytes: 2 ** 52 + 1,
  txBytes: 7,
  rxPackets: 11,
  txPackets: 13,
  tgid: 4711,
  uid: 501,
  scope: 4,
  localPort: 50000,
  remotePort: 443,
  unknown: 9,
  localAddress: new Uint8Array(16).fill(1),
  remoteAddress: new Uint8Array(16).fill(2),
  comm: "a process's long name",
} as const;
const TCP: TcpFields = { ...FLOW, state: 8, timeNs: 3e9, openedNs: 1e9, srttUs: 14590 };

function decode(write: (writer: RecordWriter) => void, handler: Partial<EventHandler>): void {
  const nothing = () => {};
  const all = {
    tcpOpen: nothing,
    tcpClose: nothing,
    tcpLive: nothing,
    tcpCounters: nothing,
    tcpLimits: nothing,
    tcpPath: nothing,
    tcpReset: nothing,
    tcpOwner: nothing,
    udpFlow: nothing,
  };
  const decoder = new Decoder({
    ...all,
    udpOwner: nothing,
    process: nothing,
    translation: nothing,
    dropped: nothing,
    dnsAnswer: nothing,
    tick: nothing,
    ...handler,
  });
  const writer = new RecordWriter();
  write(writer);
  writer.flush((records) => decoder.decode(records));
  strictEqual(decoder.invalid, 0);
}

Deno.test("RecordWriter.tcp() writes what the decoder reads", () => {
  let read = 0;
  decode((writer) => writer.tcp(Tag.tcpClose, TCP), {
    tcpClose: (r) => {
      read++;
      const words = new Uint32Array(8), bytes = new Uint8Array(words.buffer);
      r.copyComm(words, 0);
      r.copyLocalAddress(words, 4);
      const comm = bytes.subarray(0, 16), local = bytes.subarray(16);
      deepStrictEqual([r.cookieHigh * 2 ** 32 + r.cookieLow, r.rxBytes, r.txBytes], [
        FLOW.cookie,
        FLOW.rxBytes,
        FLOW.txBytes,
      ]);
      deepStrictEqual([r.timeNs, r.openedNs, r.srttUs, r.state, r.family], [3e9, 1e9, 14590, 8, 4]);
      deepStrictEqual([r.tgid, r.uid, r.scope, r.localPort, r.remotePort, r.unknown], [4711, 501, 4, 50000, 443, 9]);
      deepStrictEqual([r.rxPackets, r.txPackets, r.direction, r.how, r.netns, r.cwnd], [11, 13, 2, 5, 0, 0]);
      deepStrictEqual([new TextDecoder().decode(comm), local[15]], ["a process's lon\0", 1]);
    },
  });
  strictEqual(read, 1);
});

Deno.test("RecordWriter.udp() writes what the decoder reads", () => {
  let read = 0;
  decode((writer) => writer.udp({ ...FLOW, carries: Carries.quic, firstNs: 1, lastNs: 2 }), {
    udpFlow: (r) => {
      read++;
      deepStrictEqual([r.firstNs, r.lastNs, r.rxPackets, r.carries, r.unknown, r.state], [
        1,
        2,
        11,
        1,
        9,
        UdpState.listed,
      ]);
    },
  });
  strictEqual(read, 1);
});

Deno.test("RecordWriter.flush() hands over many records in order, then none", () => {
  const writer = new RecordWriter(), lengths: number[] = [];
  for (let i = 0; i < 1000; i++) writer.tcp(Tag.tcpLive, TCP);
  writer.tick({ beginNs: 1, timeNs: 2, wallNs: 3 });
  writer.flush((records) => lengths.push(records.length));
  writer.flush((records) => lengths.push(records.length));
  strictEqual(lengths.length, 1);
  strictEqual(lengths[0] % 8, 0);
});

Deno.test("RecordWriter leaves nothing of an earlier record in a later one", () => {
  const seen: number[] = [];
  const writer = new RecordWriter();
  writer.tcp(Tag.tcpLive, TCP);
  writer.flush(() => {});
  writer.tick({ beginNs: 0, timeNs: 0, wallNs: 0 });
  writer.flush((records) => seen.push(...records.subarray(4)));
  strictEqual(seen.every((byte) => byte === 0), true);
});
