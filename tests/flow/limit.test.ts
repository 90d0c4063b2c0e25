import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type Interval, Limit, limitOf } from "../../src/flow/limit.ts";

const QUIET: Interval = {
  us: 1_000_000,
  busyUs: 0,
  peerWindowUs: 0,
  sendBufferUs: 0,
  rxBytes: 0,
  txBytes: 0,
  txPackets: 0,
  retransmits: 0,
  segmentWaits: false,
  receiveQueue: 0,
  receiveQueueBefore: 0,
  cwndLimited: false,
  lost: false,
  appLimited: false,
};
const of = (changes: Partial<Interval>) => limitOf({ ...QUIET, ...changes });
const BUSY = { busyUs: 800_000, txBytes: 10_007, txPackets: 307 };

Deno.test("limitOf() has one word for what happened", () => {
  strictEqual(of({}), Limit.idle);
  strictEqual(of({ txBytes: 1009, busyUs: 4000, appLimited: true }), Limit.application);
  strictEqual(of({ ...BUSY, peerWindowUs: 400_001 }), Limit.peerWindow);
  strictEqual(of({ ...BUSY, sendBufferUs: 400_001 }), Limit.sendBuffer);
  strictEqual(of({ ...BUSY, segmentWaits: true }), Limit.network);
  strictEqual(of({ ...BUSY, cwndLimited: true }), Limit.network);
  strictEqual(of({ ...BUSY, segmentWaits: true, retransmits: 4 }), Limit.loss);
  strictEqual(
    of({ busyUs: 900_000, txBytes: 1009, txPackets: 2, retransmits: 1 }),
    Limit.loss,
    "a few segments a second",
  );
  strictEqual(of({ busyUs: 1_000_000, lost: true }), Limit.loss, "nothing comes through any more");
  strictEqual(of({ busyUs: 1_000_000, sendBufferUs: 1_000_000, lost: true }), Limit.loss, "the buffer is full of it");
  strictEqual(of({ busyUs: 1_000_000, peerWindowUs: 1_000_000, lost: true }), Limit.loss, "the window is");
  strictEqual(of({ rxBytes: 101, receiveQueue: 202, receiveQueueBefore: 101 }), Limit.reader);
  strictEqual(of({ receiveQueue: 101, receiveQueueBefore: 101 }), Limit.reader);
});

Deno.test("limitOf() does not take what is healthy for a fault", () => {
  strictEqual(of({ rxBytes: 10_007 }), Limit.unknown, "it only receives, and reads");
  strictEqual(of({ rxBytes: 10_007, receiveQueue: 503, receiveQueueBefore: 1009 }), Limit.unknown, "it is reading");
  strictEqual(of({ ...BUSY, segmentWaits: true, retransmits: 3 }), Limit.network, "three of 307 are below a hundredth");
  strictEqual(of({ rxBytes: 101, receiveQueue: 101 }), Limit.unknown, "it has come in a moment ago");
  const answer = { busyUs: 150_000, txBytes: 98_548, txPackets: 71 };
  strictEqual(of({ ...answer, retransmits: 1 }), Limit.application, "one that was not needed, of a short answer");
  strictEqual(of({ ...answer, txPackets: 9, retransmits: 1 }), Limit.application, "of a very short one");
  strictEqual(of({ ...BUSY, segmentWaits: true, lost: true }), Limit.network, "a single loss of a busy connection");
  strictEqual(of({ ...BUSY, busyUs: 99_999, segmentWaits: true }), Limit.application, "busy for less than a tenth");
  strictEqual(of({ ...BUSY }), Limit.application, "busy with less than a segment: Nagle, or a long way");
  strictEqual(of({ ...BUSY, cwndLimited: true, appLimited: true }), Limit.application);
  strictEqual(
    of({ ...BUSY, receiveQueue: 7, receiveQueueBefore: 7, segmentWaits: true }),
    Limit.network,
    "it writes instead",
  );
  strictEqual(of({ ...BUSY, sendBufferUs: 800_000, lost: true }), Limit.sendBuffer, "the rest goes on");
  strictEqual(of({ us: 0 }), Limit.unknown);
});

Deno.test("limitOf() says reader, whatever else is so, only of bytes that wait", () => {
  const count = fc.nat(2_000_000);
  const interval = fc.record({
    us: count,
    busyUs: count,
    peerWindowUs: count,
    sendBufferUs: count,
    rxBytes: count,
    txBytes: count,
    txPackets: count,
    retransmits: count,
    segmentWaits: fc.boolean(),
    lost: fc.boolean(),
    receiveQueue: count,
    receiveQueueBefore: count,
    cwndLimited: fc.boolean(),
    appLimited: fc.boolean(),
  });
  fc.assert(fc.property(interval, (i) => {
    const limit = limitOf(i);
    ok(limit !== Limit.reader || i.receiveQueue > 0);
    ok(limit !== Limit.idle || i.txBytes + i.rxBytes === 0);
    ok(limit !== Limit.peerWindow || i.peerWindowUs > 0);
  }));
});
