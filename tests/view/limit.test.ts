import { strictEqual } from "node:assert/strict";
import { countsText, limitSentence, percentText } from "../../src/view/limit.ts";
import { limitCounts } from "../../src/view/group_reasons.ts";
import { waitOf } from "../../src/view/waits.ts";
import { type FakeFlow, fakeSample, NOW_NS } from "./fake_sample.ts";

/** What is said of a flow after these seconds. */
function said(...flows: readonly FakeFlow[]): string | null {
  const samples = flows.map((flow, i) => fakeSample([flow], { timeNs: NOW_NS + i * 1e9 }));
  return limitSentence(samples.at(-1)!, 0, samples.map((sample) => waitOf(sample, 0)));
}

Deno.test("limitSentence() has the figures of the last ten seconds", () => {
  const open: FakeFlow = { limit: "network", busyMs: 1000 };
  const closed: FakeFlow = { limit: "peer_window", busyMs: 1000, peerWindowMs: 1000 };
  const text = "Waits for the peer to read: its window was closed";
  strictEqual(said(closed), `${text} 100 % of the last 1 s.`);
  strictEqual(said(open, closed, closed), `${text} 67 % of the last 3 s.`);
  strictEqual(said(...new Array(12).fill(open), ...new Array(8).fill(closed)), `${text} 80 % of the last 10 s.`);
  strictEqual(
    said({ limit: "send_buffer", busyMs: 900, sendBufferMs: 830 }),
    "Waits for room in its send buffer, which was full 83 % of the last 1 s.",
  );
});

Deno.test("limitSentence() says how much was lost of what was sent, where it knows what was sent before", () => {
  const lossy = (txPackets: number, retransmits: number): FakeFlow => ({
    limit: "loss",
    busyMs: 500,
    txPackets,
    retransmits,
  });
  strictEqual(
    said(lossy(1000, 5)),
    "Waits for lost segments to be sent again: busy 50 % of the last 1 s.",
  );
  strictEqual(
    said(lossy(1000, 5), lossy(2200, 30), lossy(3000, 47)),
    "Waits for lost segments to be sent again: 42 of 2,000 in the last 2 s.",
  );
  strictEqual(
    said(lossy(1000, 5), lossy(1001, 5), lossy(1002, 5)),
    "Nothing that it sends gets through: busy 50 % of the last 3 s.",
  );
});

Deno.test("limitSentence() says for how long nothing was read", () => {
  const reader: FakeFlow = { limit: "reader" };
  strictEqual(
    said({ limit: null }, reader, reader),
    "Waits for this process to read: 0 B wait, none was read for 2 s.",
  );
});

Deno.test("limitSentence() says nothing where nothing is known", () => {
  strictEqual(said({}), null);
  strictEqual(said({ limit: "idle" }), "Idle: nothing moves, and nothing waits.");
  strictEqual(said({ limit: null }), "Receives: what holds it up is known at the other end alone.");
  strictEqual(said({ limit: "network", closed: true }), null);
});

Deno.test("percentText() rounds, but nothing to nothing and no part to more than the whole", () => {
  strictEqual(percentText(0, 10), "0 %");
  strictEqual(percentText(1, 1000), "<1 %");
  strictEqual(percentText(830, 1000), "83 %");
  strictEqual(percentText(1004, 1000), "100 %");
  strictEqual(percentText(0, 0), "0 %");
});

Deno.test("countsText() begins with what one would look at first", () => {
  const { flows } = fakeSample([{ limit: "idle" }, { limit: "reader" }, {}, { limit: "idle" }, {
    limit: "peer_window",
  }]);
  strictEqual(countsText(limitCounts(flows, [0, 1, 2, 3, 4])), "1 reader 1 peer window 2 idle");
  strictEqual(countsText(limitCounts(flows, [2])), "-");
});
