/** What the program itself uses, all of its threads together, with the live screen on. */
import { Workload } from "../support/workload.ts";
import { type Figure, figure } from "./figures.ts";
import { liveScreen, untilFlows } from "./live.ts";
import { cpuNs, peakMiB } from "./threads.ts";

const SETTLE_MS = 5000;

async function used(what: string, flows: number, seconds: number, goalPercent: number): Promise<Figure[]> {
  await using pty = await liveScreen();
  await untilFlows(pty, flows);
  await pty.count(SETTLE_MS);
  const begunMs = performance.now(), begunNs = cpuNs(pty.pid);
  await pty.count(seconds * 1000);
  const percent = (cpuNs(pty.pid) - begunNs) / 1e4 / (performance.now() - begunMs);
  return [
    figure(`${what}: CPU`, percent, "%", goalPercent),
    figure(`${what}: highest resident size`, peakMiB(pty.pid), "MiB"),
  ];
}

/** Longest that screen and load take besides what is measured. */
const ASIDE_S = 60;

/** A connection is two flows on loopback. */
export async function cost(seconds: number): Promise<Figure[]> {
  const all: Figure[] = [], within = ["--seconds", seconds + ASIDE_S];
  {
    await using held = await Workload.start("hold", "--count", 250, "--tx", 101, "--rx", 53, ...within);
    await held.until("ready");
    all.push(...await used("500 flows, idle", 500, seconds, 2));
  }
  await using stirred = await Workload.start("stir", "--count", 2500, ...within);
  await stirred.until("ready");
  await using _churn = await Workload.start("churn", "--rate", 200, "--bytes", 503, ...within);
  all.push(...await used("5,000 flows, each changing each second, +200/s", 5000, seconds, 5));
  return all;
}
