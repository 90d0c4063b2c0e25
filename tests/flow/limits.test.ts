import { deepStrictEqual } from "node:assert/strict";
import type { Sample } from "../../src/flow/sample.ts";
import { flowFacts } from "../../src/output/flow_facts.ts";
import { Sending } from "../../src/wire/layout.ts";
import { TcpState } from "../../src/wire/tcp_state.ts";
import { Feed } from "../support/feed.ts";
import { counters, ended, limits, live, tick } from "../support/records.ts";

function figures(sample: Sample, row = 0): unknown[] {
  const { limited_by, busy_ms, peer_window_ms, send_buffer_ms, send_queue_bytes, receive_queue_bytes } = flowFacts(
    sample,
    row,
  );
  return [limited_by, busy_ms, peer_window_ms, send_buffer_ms, send_queue_bytes, receive_queue_bytes];
}

Deno.test("TcpTable counts what held up a connection older than tcptop from the first sample on", () => {
  const feed = new Feed();
  const before = limits({ busyUs: 9_000_000, peerWindowUs: 5_000_000 });
  feed.sample(live({ openedNs: 0, txBytes: 7 }), before, tick(10e9));
  const now = limits({ busyUs: 9_903_000, peerWindowUs: 5_804_000, sendQueue: 1009, sending: Sending.segmentWaits });
  deepStrictEqual(figures(feed.sample(counters({ txBytes: 7 }), now, tick(11e9))), [
    "peer_window",
    903,
    804,
    0,
    1009,
    0,
  ]);
  // Nothing has changed: it was not told again, and what waits still waits.
  deepStrictEqual(figures(feed.sample(counters({ txBytes: 7 }), tick(12e9))), ["idle", 0, 0, 0, 1009, 0]);
});

Deno.test("TcpTable counts all of what held up a connection that began in the sample, and measures it by the sample", () => {
  const feed = new Feed();
  feed.sample(tick(10e9));
  const opened = { openedNs: 10.8e9, timeNs: 10.9e9, txBytes: 100_003, txPackets: 71 };
  const sample = feed.sample(live(opened), limits({ busyUs: 180_000, sending: Sending.segmentWaits }), tick(11e9));
  deepStrictEqual(figures(sample), ["network", 180, 0, 0, 0, 0]);
  const young = { ...opened, cookie: 9n, openedNs: 11.95e9, timeNs: 11.96e9 };
  const short = limits({ cookie: 9n, busyUs: 40_000, peerWindowUs: 40_000 });
  deepStrictEqual(figures(feed.sample(live(young), short, tick(12e9)), 1), ["application", 40, 40, 0, 0, 0]);
});

Deno.test("TcpTable has no word, and nothing that waits, for what has ended, and none where the source has said nothing", () => {
  const feed = new Feed();
  feed.sample(live({ openedNs: 0 }), limits(), tick(10e9));
  deepStrictEqual(
    figures(
      feed.sample(limits({ receiveQueue: 53, sendQueue: 59 }), ended({ openedNs: 0, timeNs: 10.5e9 }), tick(11e9)),
    ),
    [null, null, null, null, null, null],
  );
  // By netlink: reset, and its process has not let go of it.
  feed.sample(live({ cookie: 9n, openedNs: 0 }), limits({ cookie: 9n, sendQueue: 59 }), tick(11.5e9));
  const left = live({ cookie: 9n, openedNs: 0, state: TcpState.CLOSE });
  deepStrictEqual(
    figures(feed.sample(left, limits({ cookie: 9n, sendQueue: 59 }), tick(11.8e9))),
    [null, null, null, null, null, null],
  );
  const silent = new Feed();
  silent.sample(live({ openedNs: 0 }), tick(10e9));
  deepStrictEqual(figures(silent.sample(counters(), tick(11e9))), [null, null, null, null, null, null]);
});
