import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { latest, sharesOf, type Wait, waitOf } from "../../src/view/waits.ts";
import { fakeSample, NOW_NS } from "./fake_sample.ts";

const WAIT: Wait = {
  timeNs: 0,
  us: 1_000_000,
  word: "network",
  busyUs: 0,
  peerWindowUs: 0,
  sendBufferUs: 0,
  sent: null,
  sentAgain: null,
};
/** The parts of a second in milliseconds, without those that have none. */
function ms(changes: Partial<Wait>): Record<string, number> {
  const shares = Object.entries(sharesOf({ ...WAIT, ...changes })).filter(([, us]) => us > 0);
  return Object.fromEntries(shares.map(([part, us]) => [part, us / 1000]));
}

Deno.test("sharesOf() gives each part the time that the kernel kept of it, and the rest to the word", () => {
  deepStrictEqual(ms({ busyUs: 700_000 }), { network: 700, application: 300 });
  deepStrictEqual(ms({ word: "loss", busyUs: 700_000 }), { loss: 700, application: 300 });
  const closed = { busyUs: 900_000, peerWindowUs: 830_000 };
  deepStrictEqual(ms({ ...closed, word: "peer_window" }), { peer_window: 830, network: 70, application: 100 });
  deepStrictEqual(ms({ ...closed, word: "application" }), { peer_window: 830, application: 170 });
  deepStrictEqual(ms({ word: "send_buffer", busyUs: 600_000, sendBufferUs: 400_000 }), {
    send_buffer: 400,
    network: 200,
    application: 400,
  });
  const silent = { word: "loss", busyUs: 900_000 } as const;
  deepStrictEqual(ms({ ...silent, sendBufferUs: 900_000 }), { loss: 900, application: 100 });
  deepStrictEqual(ms({ ...silent, peerWindowUs: 450_000 }), { loss: 900, application: 100 });
  deepStrictEqual(ms({ ...silent, peerWindowUs: 440_000 }), { peer_window: 440, loss: 460, application: 100 });
  for (const word of ["reader", "idle", "application"] as const) deepStrictEqual(ms({ word }), { [word]: 1000 });
  deepStrictEqual(ms({ word: null }), {});
});

Deno.test("sharesOf() has no more than there was, though the kernel's clock is coarse", () => {
  deepStrictEqual(ms({ word: "peer_window", busyUs: 1_004_000, peerWindowUs: 1_004_000 }), { peer_window: 1000 });
  deepStrictEqual(ms({ busyUs: 1_004_000 }), { network: 1000 });
});

Deno.test("waitOf() knows the part of a sample that the connection was there, and nothing where the source is silent", () => {
  const sample = fakeSample([{ limit: "network", ageMs: 250 }, { limit: "network" }, {}, {
    limit: "idle",
    closed: true,
  }]);
  strictEqual(waitOf(sample, 0)!.us, 250_000);
  strictEqual(waitOf(sample, 1)!.us, 1_000_000);
  strictEqual(waitOf(sample, 2), null);
  strictEqual(waitOf(sample, 3), null, "it has ended: its figures are those of before");
});

Deno.test("latest() takes what follows each other without a gap, and no more than is asked for", () => {
  const at = (s: number, us = 1_000_000): Wait => ({ ...WAIT, timeNs: NOW_NS + s * 1e9, us });
  const seconds = (waits: readonly (Wait | null)[], us: number) =>
    latest(waits, us).map(({ timeNs }) => (timeNs - NOW_NS) / 1e9);
  deepStrictEqual(seconds([at(1), at(2), at(3), at(4)], 3e6), [2, 3, 4]);
  deepStrictEqual(seconds([at(1), at(3), at(4)], 10e6), [3, 4], "it was not on the screen in between");
  deepStrictEqual(seconds([at(2), null, at(4)], 10e6), [4]);
  deepStrictEqual(seconds([at(20, 15_000_000)], 10e6), [20], "a sample that is longer by itself");
  deepStrictEqual(seconds([at(1, 1_000_900), at(2, 1_000_900), at(3, 1_000_900)], 3e6), [1, 2, 3]);
  deepStrictEqual(seconds([], 10e6), []);
});
