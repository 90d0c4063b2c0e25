/** Bytes that a run of each stage leaves to the garbage collector, once it has been compiled, as JSON: the heap and what lies outside it. The options of
 * V8 that it needs are those of garbage.ts: the young generation is so large that no collection comes in between. */
import { FLOWS } from "./garbage.ts";
import { stages } from "./stages.ts";

const gc = (globalThis as { gc?: () => void }).gc;
if (gc === undefined) throw new Error("needs --v8-flags=--expose-gc");
/** Until it has been compiled, and what it keeps has its size. */
const WARM_RUNS = 40, RUNS = 3;

function used(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** The least of some runs: what else V8 does meanwhile only adds. */
function garbageOf(run: () => void): number {
  for (let i = 0; i < WARM_RUNS; i++) run();
  let least = Infinity;
  for (let i = 0; i < RUNS; i++) {
    gc!();
    const before = used();
    run();
    least = Math.min(least, used() - before);
  }
  return least;
}

const nothing = garbageOf(() => {});
const found = Object.entries(stages(FLOWS)).map(([name, run]) => [name, Math.max(0, garbageOf(run) - nothing)]);
console.log(JSON.stringify(Object.fromEntries(found)));
