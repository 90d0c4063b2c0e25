import { deepStrictEqual } from "node:assert/strict";
import { endOf } from "../../src/flow/end.ts";
import { EventKind, EventLog, unpackEvents } from "../../src/flow/event_log.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { Errno } from "../../src/wire/errno.ts";
import { Direction, End, Tag } from "../../src/wire/layout.ts";
import { Feed } from "../support/feed.ts";
import { address, ended, tcp, tick } from "../support/records.ts";

const KILLED = { end: End.error | Errno.ECONNABORTED }, RESET = { end: End.error | Errno.ECONNRESET };
const AFTER_FIN = { end: End.error | Errno.EPIPE };
const THERE = "peer killed ECONNRESET";

/** The client's end has an odd cookie, the server's the next one. */
function end(cookie: number, more = {}) {
  const client = cookie % 2 === 1, port = 40001 + Math.floor((cookie - 1) / 2);
  return {
    ...{ cookie, netns: 9, openedNs: 1000, direction: client ? Direction.outbound : Direction.inbound },
    ...{ localAddress: address("127.0.0.1"), localPort: client ? port : 80 },
    ...{ remoteAddress: address("127.0.0.1"), remotePort: client ? 80 : port },
    ...more,
  };
}
const live = (cookie: number, more = {}) => tcp(Tag.tcpLive, end(cookie, more));
const closed = (cookie: number, timeNs: number, more = {}) => ended({ ...end(cookie, more), timeNs });

function ways({ flows, length }: Pick<Sample, "flows" | "length">): Record<number, string | null> {
  return Object.fromEntries(Array.from({ length }, (_, row) => {
    const found = endOf(flows, row);
    return [flows.cookieLow[row], found && `${found.by} ${found.how} ${found.error}`];
  }));
}

/** What the events of ends say, and then the sample. */
function told(log: EventLog, feed: Feed, ...records: readonly Uint8Array[]) {
  const sample = ways(feed.sample(...records));
  log.drained();
  const batch = log.take(true);
  if (batch === null) return [sample, null];
  const events = unpackEvents(batch), all = ways({ flows: events, length: batch.length });
  const ends = Array.from({ length: batch.length }, (_, row) => row).filter((row) =>
    events.kind[row] === EventKind.closed
  );
  return [sample, Object.fromEntries(ends.map((row) => [events.cookieLow[row], all[events.cookieLow[row]]]))];
}

function begun(...records: readonly Uint8Array[]): [EventLog, Feed] {
  const log = new EventLog(), feed = new Feed(log);
  feed.sample(...records, tick(10e9));
  log.take(true);
  return [log, feed];
}

Deno.test("the other end of a connection that was killed is told so, whichever of the two ends comes first", () => {
  const whole = { 1: "kernel killed ECONNABORTED", 2: THERE };
  const killed = closed(1, 10.5e9, KILLED), reset = closed(2, 10.5e9 + 3000, RESET);
  for (const order of [[killed, reset], [reset, killed], [closed(2, 10.5e9 - 3000, RESET), killed]]) {
    deepStrictEqual(told(...begun(live(1), live(2)), ...order, tick(11e9)), [whole, whole]);
  }
});

Deno.test("the other end may come to its end samples later, after its FIN too", () => {
  const [log, feed] = begun(live(1), live(2));
  const first = { 1: "kernel killed ECONNABORTED" };
  deepStrictEqual(told(log, feed, closed(1, 10.5e9, KILLED), live(2), tick(11e9)), [{ ...first, 2: null }, first]);
  deepStrictEqual(told(log, feed, live(2), tick(12e9)), [{ 2: null }, null]);
  const last = { 2: "peer killed EPIPE" };
  deepStrictEqual(told(log, feed, closed(2, 12.5e9, AFTER_FIN), tick(13e9)), [last, last]);
});

Deno.test("of a connection that opened and was killed within a sample both ends are told", () => {
  const opened = { openedNs: 10.2e9, timeNs: 10.2e9 }, open = (cookie: number) => tcp(Tag.tcpOpen, end(cookie, opened));
  const records = [open(1), open(2), closed(2, 10.4e9, { ...KILLED, openedNs: 10.2e9 })];
  const whole = { 1: THERE, 2: "kernel killed ECONNABORTED" };
  const reset = closed(1, 10.4e9 + 9000, { ...RESET, openedNs: 10.2e9 });
  deepStrictEqual(told(...begun(), ...records, reset, tick(11e9)), [whole, whole]);
});

Deno.test("a reset of its own is no kill: before it, of another connection, or in another namespace", () => {
  const plain = "peer reset_received ECONNRESET", killed = "kernel killed ECONNABORTED";
  const early = [closed(2, 10.4e9, RESET), closed(1, 10.5e9, KILLED)];
  deepStrictEqual(told(...begun(live(1), live(2)), ...early, tick(11e9))[1], { 1: killed, 2: plain });
  const others = begun(live(1), live(2), live(3), live(4));
  const one = [closed(1, 10.5e9, KILLED), closed(4, 10.5e9 + 10, RESET), closed(2, 10.5e9 + 20, RESET)];
  deepStrictEqual(told(...others, ...one, live(3), tick(11e9))[1], { 1: killed, 2: THERE, 4: plain });
  const apart = begun(live(1), live(2), live(1, { cookie: 101, netns: 8 }), live(2, { cookie: 102, netns: 8 }));
  const twins = [closed(1, 10.5e9, KILLED), ended({ ...end(2), ...RESET, cookie: 102, netns: 8, timeNs: 10.5e9 + 1 })];
  deepStrictEqual(told(...apart, ...twins, live(2), live(1, { cookie: 101, netns: 8 }), tick(11e9))[1], {
    ...{ 1: killed, 102: plain },
  });
});

Deno.test("an end that was closed in order, or killed itself, keeps what its own socket says", () => {
  const killed = "kernel killed ECONNABORTED";
  const fin = [closed(1, 10.5e9, KILLED), closed(2, 10.5e9 + 10, { end: End.finPeer })];
  deepStrictEqual(told(...begun(live(1), live(2)), ...fin, tick(11e9))[1], { 1: killed, 2: "peer fin null" });
  const both = [closed(1, 10.5e9, KILLED), closed(2, 10.5e9 + 10, KILLED)];
  deepStrictEqual(told(...begun(live(1), live(2)), ...both, tick(11e9))[1], { 1: killed, 2: killed });
});
