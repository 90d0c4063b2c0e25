/** scripts/bench garbage: bytes of heap that a stage takes for each record or flow, at each size. What
 * goes through the same objects again and again takes next to nothing; typed arrays are not in the heap. */
import { stages } from "../garbage/stages.ts";
import { SIZES } from "./flows.ts";

const gc = (globalThis as { gc?: () => void }).gc;
if (gc === undefined) throw new Error("needs --v8-flags=--expose-gc");
/** Until it has been compiled. */
const WARM_FLOWS = 300000;

/** `run` is for `size` flows. scripts/bench asks for so large a young generation that no collection comes in between. */
function heapOf(run: () => void, size: number): number {
  for (let i = 0; i < WARM_FLOWS / size + 3; i++) run();
  gc!();
  const before = Deno.memoryUsage().heapUsed;
  run();
  return Deno.memoryUsage().heapUsed - before;
}

for (const size of SIZES) {
  for (const [name, run] of Object.entries(stages(size))) {
    // No young generation is as large as what these leave.
    if (size > 10_000 && name.endsWith("of all")) continue;
    console.log(
      `${String(size).padStart(6)}  ${name.padEnd(24)}${(heapOf(run, size) / size).toFixed(2).padStart(9)} bytes each`,
    );
  }
}
