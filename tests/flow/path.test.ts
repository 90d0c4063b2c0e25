import { deepStrictEqual } from "node:assert/strict";
import {
  connectUs,
  deliveryRate,
  idleMs,
  lost,
  pacingRate,
  pathFigure,
  rtoCount,
  ssthresh,
} from "../../src/flow/path.ts";
import { congestionControl } from "../../src/view/flow.ts";
import { PathLacks, Unknown } from "../../src/wire/layout.ts";
import { Feed } from "../support/feed.ts";
import { comm, counters, ended, live, path, tick } from "../support/records.ts";

const NOT_SET = 0x7fffffff, UNLIMITED = 2n ** 64n - 1n;

Deno.test("a row has what its path record said, and keeps it while nothing else is told", () => {
  const feed = new Feed();
  const said = path({
    movedNs: 9.4e9,
    deliveryRate: 1_000_003,
    pacingRate: 2_000_003,
    mss: 1448,
    ssthresh: 23,
    lost: 7,
    rtoCount: 3,
    ecnMarks: 5,
    reordSeen: 11,
    dsackDups: 13,
    congestion: comm("cubic"),
  });
  feed.sample(live({ connectUs: 50_021 }), said, tick(10e9));
  const { flows, timeNs } = feed.sample(counters(), tick(11e9 - 100));
  deepStrictEqual(
    [connectUs(flows, 0), idleMs(flows, 0, timeNs), deliveryRate(flows, 0), pacingRate(flows, 0), ssthresh(flows, 0)],
    [50_021, 1600, 1_000_003, 2_000_003, 23],
  );
  deepStrictEqual([lost(flows, 0), rtoCount(flows, 0), congestionControl(flows, 0)], [7, 3, "cubic"]);
  const figures = (["mss", "ecnMarks", "reordSeen", "dsackDups"] as const).map((what) => pathFigure(flows, 0, what));
  deepStrictEqual(figures, [1448, 5, 11, 13]);
});

Deno.test("what is not known of a path is null, and so is what the kernel has no limit for", () => {
  const feed = new Feed();
  const lacks = PathLacks.lost | PathLacks.rtoCount;
  const { flows } = feed.sample(live(), path({ lacks, ssthresh: NOT_SET, pacingRate: UNLIMITED }), tick(10e9));
  deepStrictEqual([connectUs(flows, 0), deliveryRate(flows, 0), lost(flows, 0), rtoCount(flows, 0)], [
    ...new Array(4).fill(null),
  ]);
  deepStrictEqual([ssthresh(flows, 0), pacingRate(flows, 0), congestionControl(flows, 0)], [null, null, null]);
  const silent = new Feed().sample(live(), tick(10e9));
  deepStrictEqual([pathFigure(silent.flows, 0, "mss"), idleMs(silent.flows, 0, silent.timeNs)], [null, null]);
});

Deno.test("nothing is idle for longer than it has been open, though the kernel tells of movement in ticks", () => {
  const idle = (fields: Parameters<typeof live>[0]) => {
    const { flows, timeNs } = new Feed().sample(live(fields), path({ movedNs: 9.4e9 }), tick(10e9));
    return idleMs(flows, 0, timeNs);
  };
  deepStrictEqual([9.403e9, 9.396e9, 0].map((openedNs) => idle({ openedNs })), [597, 600, 600]);
  // Seen since then, and older by who knows how much.
  deepStrictEqual(idle({ openedNs: 9.9e9, unknown: Unknown.age }), 600);
});

Deno.test("what has ended is not idle, and keeps how long its handshake took", () => {
  const feed = new Feed();
  feed.sample(live({ connectUs: 307 }), path({ movedNs: 9e9 }), tick(10e9));
  const { flows, timeNs } = feed.sample(ended({ connectUs: 307, timeNs: 10.5e9 }), path({ movedNs: 10e9 }), tick(11e9));
  deepStrictEqual([idleMs(flows, 0, timeNs), connectUs(flows, 0)], [null, 307]);
});
