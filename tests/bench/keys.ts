/** How long the screen takes to answer a key while much goes on. */
import { Workload } from "../support/workload.ts";
import { type Figure, figure, percentile } from "./figures.ts";
import { headOf, liveScreen, untilFlows } from "./live.ts";
import { mainNs } from "./threads.ts";

const FLOWS = 10000, OPENED_PER_S = 2000;
/** Each of them changes something, also the seven ways to group: the cursor, the order, the groups, how many flows there are, a menu, the help. */
export const KEYS = [..."jjk>jrr<sj\rggggggga", ..."jja??"];
/** A sample draws no frame of its own within 250 ms of another one (src/app/frames.ts): with shorter pauses each redraw is the
 * key's. Pauses differ, so that keys fall anywhere between two samples. */
const LEAST_PAUSE_MS = 20, MOST_PAUSE_MS = 180;
const SETTLE_MS = 3000;

/** The same pauses in every run. */
export function* pauses(): Generator<number> {
  for (let seed = 1;; seed = seed * 48271 % 2147483647) {
    yield LEAST_PAUSE_MS + seed % (MOST_PAUSE_MS - LEAST_PAUSE_MS + 1);
  }
}

export async function keys(count: number): Promise<Figure[]> {
  const seconds = 60 + Math.ceil(count * (MOST_PAUSE_MS + 50) / 1000);
  await using held = await Workload.start("hold", "--count", FLOWS / 2, "--tx", 101, "--rx", 53, "--seconds", seconds);
  await held.until("ready");
  await using _churn = await Workload.start("churn", "--rate", OPENED_PER_S, "--bytes", 503, "--seconds", seconds);
  await using pty = await liveScreen();
  await untilFlows(pty, FLOWS);
  await pty.count(SETTLE_MS);
  const answered: number[] = [], pause = pauses(), before = mainNs(pty.pid);
  let unanswered = 0;
  for (let typed = 0; typed < count; typed++) {
    const ms = await pty.key(KEYS[typed % KEYS.length], pause.next().value);
    if (ms === null) unanswered++;
    else answered.push(ms);
  }
  const after = mainNs(pty.pid);
  await pty.count(SETTLE_MS);
  const head = await headOf(pty);
  if (head === null) throw new Error(`no head on the screen:\n${(await pty.screen()).join("\n")}`);
  return [
    figure("key to screen, p50", percentile(answered, 0.5), "ms"),
    figure("key to screen, p99", percentile(answered, 0.99), "ms", 50),
    figure("key to screen, longest", Math.max(...answered), "ms"),
    figure(`keys without an answer, of ${count}`, unanswered, "", 0),
    figure("main thread: CPU a key, samples included", (after.ranNs - before.ranNs) / 1e6 / count, "ms"),
    figure("main thread: waited for a CPU, a key", (after.waitedNs - before.waitedNs) / 1e6 / count, "ms"),
    figure("TCP sockets in the head at the end", head.tcp, ""),
    figure("connection ends opened a second, in the head", head.openedPerS, "1/s"),
    figure("events lost, in the head", head.lost, "", 0),
  ];
}
