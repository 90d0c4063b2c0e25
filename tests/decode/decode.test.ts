import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Decoder, type EventHandler } from "../../src/decode/decode.ts";
import { Tag, TcpRecordLayout } from "../../src/wire/layout.ts";
import {
  address,
  comm,
  counters,
  ended,
  join,
  limits,
  live,
  opened,
  owner,
  path,
  tick,
  udp,
} from "../support/records.ts";

/** A handler that writes down which of its methods were called, and reads a field of each record. */
function told(): { readonly calls: string[]; readonly handler: EventHandler } {
  const calls: string[] = [];
  const handler = new Proxy({}, {
    get: (_, method: string) => (record: { readonly cookieLow?: number }) => {
      calls.push(`${method} ${record.cookieLow ?? ""}`.trim());
    },
  }) as EventHandler;
  return { calls, handler };
}

Deno.test("Decoder hands each record to the method of its tag, in order", () => {
  const { calls, handler } = told(), decoder = new Decoder(handler);
  decoder.decode(join(opened(), ended(), live(), counters(), limits(), path(), owner(), udp({ cookie: 5 }), tick(9)));
  deepStrictEqual(calls, [
    "tcpOpen 77",
    "tcpClose 77",
    "tcpLive 77",
    "tcpCounters 77",
    "tcpLimits 77",
    "tcpPath 77",
    "tcpOwner 77",
    "udpFlow 5",
    "tick",
  ]);
  strictEqual(decoder.invalid, 0);
});

Deno.test("Decoder takes records of TCP as they were before the handshake's time stood at their end", () => {
  const seen: number[] = [], end = TcpRecordLayout.connectUs;
  const decoder = new Decoder({ ...told().handler, tcpLive: (record) => seen.push(record.connectUs) });
  const now = live({ connectUs: 1009 }), before = now.slice(0, end);
  new DataView(before.buffer).setUint16(TcpRecordLayout.size, end, true);
  decoder.decode(join(before, now));
  deepStrictEqual([seen, decoder.invalid], [[0, 1009], 0]);
});

Deno.test("Decoder reads records from whichever byte of memory they begin at", () => {
  const records = join(
    live({ cookie: 0x1_0000_0005n, rxBytes: 2n ** 40n + 3n, localPort: 65521 }),
    tick(1),
    live({ uid: 9 }),
  );
  for (let offset = 0; offset < 17; offset++) {
    const memory = new Uint8Array(offset + records.length + 3), seen: number[][] = [];
    memory.set(records, offset);
    const decoder = new Decoder({
      ...told().handler,
      tcpLive: ({ cookieLow, cookieHigh, rxBytes, localPort, uid }) =>
        seen.push([cookieLow, cookieHigh, rxBytes, localPort, uid]),
      tick: ({ beginNs }) => seen.push([beginNs]),
    });
    decoder.decode(memory.subarray(offset, offset + records.length));
    deepStrictEqual(seen, [[5, 1, 2 ** 40 + 3, 65521, 1000], [1], [77, 0, 0, 51812, 9]], `${offset}`);
    strictEqual(decoder.invalid, 0);
  }
});

Deno.test("Decoder reads every field of a record where the layout has it", () => {
  const decoder = new Decoder({
    ...told().handler,
    tcpLive: (record) => {
      deepStrictEqual([record.cookieLow, record.cookieHigh], [0x89abcdef, 0x01234567]);
      strictEqual(record.rxBytes, 2 ** 53 - 1);
      deepStrictEqual([record.tgid, record.localPort, record.remotePort, record.cwnd], [4194304, 65535, 1, 10]);
      const words = new Uint32Array(12);
      record.copyLocalAddress(words, 0);
      record.copyRemoteAddress(words, 4);
      record.copyComm(words, 8);
      const expected = new Uint8Array(48);
      expected.set(address("2001:db8::1"));
      expected.set(address("::ffff:1.2.3.4"), 16);
      expected.set(comm("curl"), 32);
      deepStrictEqual(new Uint8Array(words.buffer), expected);
    },
  });
  decoder.decode(live({
    cookie: 0x0123456789abcdefn,
    rxBytes: 2n ** 53n - 1n,
    tgid: 4194304,
    localPort: 65535,
    remotePort: 1,
    cwnd: 10,
    localAddress: address("2001:db8::1"),
    remoteAddress: address("::ffff:1.2.3.4"),
  }));
  strictEqual(decoder.invalid, 0);
});

Deno.test("Decoder steps over a record with a tag that it does not know, or a size that is not the tag's", () => {
  const { calls, handler } = told(), decoder = new Decoder(handler);
  decoder.decode(join(opened({ tag: 99 }), counters({ tag: Tag.tcpOpen }), opened({ cookie: 1 })));
  deepStrictEqual([calls, decoder.invalid], [["tcpOpen 1"], 2]);
});

Deno.test("Decoder drops the rest from a length on that leads nowhere, as one invalid record", () => {
  for (const size of [0, 4, 7, 12, 65528]) {
    const { calls, handler } = told(), decoder = new Decoder(handler);
    decoder.decode(join(opened(), opened({ size }), opened()));
    deepStrictEqual([calls.length, decoder.invalid], [1, 1]);
  }
  const { calls, handler } = told(), decoder = new Decoder(handler);
  decoder.decode(opened().subarray(0, TcpRecordLayout.byteLength - 1));
  decoder.decode(opened().subarray(0, 3));
  deepStrictEqual([calls, decoder.invalid], [[], 2]);
});

Deno.test("Decoder reads a view that does not begin at its buffer's start", () => {
  const { calls, handler } = told(), decoder = new Decoder(handler);
  decoder.decode(join(new Uint8Array(8), opened()).subarray(8));
  deepStrictEqual([calls, decoder.invalid], [["tcpOpen 77"], 0]);
});

Deno.test("Decoder never throws and always ends, whatever the bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
    const { calls, handler } = told(), decoder = new Decoder(handler);
    decoder.decode(bytes);
    return bytes.length === 0 || calls.length + decoder.invalid > 0;
  }));
});

Deno.test("Decoder finds each good record among records with a wrong tag", () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 50 }), (good) => {
    const { calls, handler } = told(), decoder = new Decoder(handler);
    decoder.decode(join(...good.map((isGood) => isGood ? live() : live({ tag: 1000 }))));
    strictEqual(calls.length, good.filter((isGood) => isGood).length);
    strictEqual(decoder.invalid, good.filter((isGood) => !isGood).length);
  }));
});
