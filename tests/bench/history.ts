/** What it costs that the screen remembers, and how long it takes to look back: beside a screen that does not, under the same traffic. */
import type { Pty } from "../support/pty.ts";
import { Workload } from "../support/workload.ts";
import { type Figure, figure, percentile } from "./figures.ts";
import { KEYS, pauses } from "./keys.ts";
import { liveScreen, untilFlows } from "./live.ts";

const FLOWS = 10000, OPENED_PER_S = 2000;
/** So few that remote addresses are whole. */
const COLUMNS = ["--columns", "process,pid,remote,state,rx/s,tx/s,rx,rtt"];
/** Lines of the head and of the foot, which are not those of then. */
const HEAD = 2, FOOT = 1;
const STEPS = 40, KEYS_TYPED = 200;

/** VmRSS: now; VmHWM: the most so far. */
function rssMiB(pid: number, line = "VmRSS"): number {
  return Number(new RegExp(`${line}:\\s+(\\d+)`).exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}

/** What waits for the collector comes and goes: the middle of ten seconds. */
async function memory(...screens: readonly Pty[]): Promise<number[]> {
  const found = screens.map((): number[] => []);
  for (let second = 0; second < 10; second++) {
    screens.forEach(({ pid }, i) => found[i].push(rssMiB(pid)));
    await screens[0].count(1000);
  }
  return found.map((all) => percentile(all, 0.5));
}

/** In pieces: the terminal is waited for no longer than a minute. */
async function pass(pty: Pty, seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left -= 10) await pty.count(Math.min(10, left) * 1000);
}

/** The table alone. */
async function table(pty: Pty): Promise<string[]> {
  return (await pty.screen()).slice(HEAD, -FOOT);
}

const isSame = (a: readonly string[], b: readonly string[]) => a.every((line, i) => line === b[i]);

/** Back to what was seen so long ago: by minutes, then sample by sample. */
async function isFound(pty: Pty, seen: readonly string[], ago: () => number): Promise<boolean> {
  for (let minute = Math.floor(ago() / 60_000); minute > 0; minute--) {
    await pty.key("{", 100);
    await pty.count(500);
  }
  for (let step = 0; step < 70; step++) {
    if (isSame(await table(pty), seen)) return true;
    await pty.key("[", 20);
    await pty.count(250);
  }
  return false;
}

export async function history(seconds: number): Promise<Figure[]> {
  const all = seconds + 180;
  await using held = await Workload.start("hold", "--count", FLOWS / 2, "--tx", 101, "--rx", 53, "--seconds", all);
  await held.until("ready");
  await using _churn = await Workload.start("churn", "--rate", OPENED_PER_S, "--bytes", 503, "--seconds", all);
  await using without = await liveScreen(...COLUMNS, "--history", "0");
  await using pty = await liveScreen(...COLUMNS);
  await untilFlows(pty, FLOWS);
  await pass(pty, seconds / 2);
  const seen = await table(pty), seenMs = performance.now();
  await pass(pty, seconds / 2);
  const [remembering, forgetting] = await memory(pty, without);
  // Later it may be so long ago that only some samples are left.
  const found = await isFound(pty, seen, () => performance.now() - seenMs);
  await pty.key(")", 1000);
  const oldest: number[] = [], steps: number[] = [];
  for (let i = 0; i < 10; i++) {
    const ms = await pty.key("(", 400);
    if (ms !== null) oldest.push(ms);
    await pty.key(")", 400);
  }
  for (let i = 0; i < STEPS; i++) {
    const ms = await pty.key("[", 120);
    if (ms !== null) steps.push(ms);
  }
  const [looking, beside] = await memory(pty, without);
  await pty.key(")", 1000);
  // They change what is shown.
  const answered: number[] = [], pause = pauses();
  for (let typed = 0; typed < KEYS_TYPED; typed++) {
    const ms = await pty.key(KEYS[typed % KEYS.length], pause.next().value);
    if (ms !== null) answered.push(ms);
  }
  return [
    figure(`memory with ${seconds} s of history`, remembering, "MiB"),
    figure("memory without", forgetting, "MiB"),
    figure("memory more", remembering - forgetting, "MiB", 64),
    figure("memory more, while the past is looked at", looking - beside, "MiB", 64),
    figure("the most that it was, with history", rssMiB(pty.pid, "VmHWM"), "MiB"),
    figure("the most that it was, without", rssMiB(without.pid, "VmHWM"), "MiB"),
    figure("to the oldest, p50", percentile(oldest, 0.5), "ms", 100),
    figure("to the oldest, longest", Math.max(...oldest), "ms"),
    figure("a sample back, p50", percentile(steps, 0.5), "ms", 100),
    figure("a sample back, longest", Math.max(...steps), "ms"),
    figure("key to screen, p50", percentile(answered, 0.5), "ms"),
    figure(`key to screen, p99 of ${answered.length}`, percentile(answered, 0.99), "ms", 50),
    figure("key to screen, longest", Math.max(...answered), "ms"),
    figure("pictures of half the time ago that are not as they were", found ? 0 : 1, "", 0),
  ];
}
