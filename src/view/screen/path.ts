/** What the kernel knows of a connection's way to its peer, as the details show it. */
import { connectUs, deliveryRate, idleMs, lost, pacingRate, pathFigure, rtoCount, ssthresh } from "../../flow/path.ts";
import { minRttUs } from "../../flow/row.ts";
import type { Sample } from "../../flow/sample.ts";
import { harmless } from "../../harmless.ts";
import { congestionControl } from "../flow.ts";
import { ageText, durationText, rateText, thousands } from "../units.ts";

export type Pair = readonly [label: string, text: string];

const plain = thousands;

/** Nothing of what is not known, and no count that is 0. */
export function pathPairs(sample: Sample, row: number): Pair[] {
  const { flows: f } = sample, congestion = congestionControl(f, row), idle = idleMs(f, row, sample.timeNs);
  const threshold = ssthresh(f, row), found: Pair[] = [];
  const add = <T>(label: string, value: T | null, text: (value: T) => string) => {
    if (value !== null) found.push([label, text(value)]);
  };
  const some = (label: string, count: number | null) => add(label, count || null, plain);
  add("least rtt", minRttUs(f, row), durationText);
  add("handshake", connectUs(f, row), durationText);
  add("idle for", idle, ageText);
  add(
    "congestion",
    congestion,
    (name) => harmless(name) + (threshold === null ? "" : `, ssthresh ${plain(threshold)}`),
  );
  add("mss", pathFigure(f, row, "mss"), plain);
  add("delivery", deliveryRate(f, row), rateText);
  add("pacing", pacingRate(f, row), rateText);
  some("lost", lost(f, row));
  some("time-outs", rtoCount(f, row));
  some("ecn marks", pathFigure(f, row, "ecnMarks"));
  some("reordered", pathFigure(f, row, "reordSeen"));
  some("duplicates", pathFigure(f, row, "dsackDups"));
  return found;
}
