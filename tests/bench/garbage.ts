/** scripts/bench garbage: bytes of heap that a stage takes for each record or flow, at each size. What
 * goes through the same objects again and again takes next to nothing; typed arrays are not in the heap. */
import { Decoder } from "../../src/decode/decode.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { jsonDocument } from "../../src/output/json.ts";
import { TOTAL_RATE } from "../../src/view/column.ts";
import { compileFilter } from "../../src/view/filter/compile.ts";
import { parseFilter } from "../../src/view/filter/parse.ts";
import { selectRows } from "../../src/view/selection.ts";
import { scene } from "../render/scene.ts";
import { counters, live, tick } from "../support/records.ts";
import { manyFlows, manyRecords, SIZES } from "./flows.ts";

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
  const tables = new FlowTables(), decoder = new Decoder(tables), sample = manyFlows(size), model = scene(160, 40, 0);
  decoder.decode(manyRecords(size, (cookie) => live({ cookie, openedNs: 0 })));
  decoder.decode(tick(2000));
  const counted = manyRecords(size, (cookie) => counters({ cookie, rxBytes: cookie }));
  const selection = { filter: null, protocol: null, listeners: false, sort: { column: TOTAL_RATE, descending: true } };
  const filter = compileFilter(parseFilter("remote:10.7.0.0/16 or process:s-29")!);
  let now = 3000;
  const stages: Record<string, () => void> = {
    "decode, apply": () => decoder.decode(counted),
    "tick, sample": () => {
      decoder.decode(tick(now += 1000));
      tables.takeSample();
    },
    "sort, first 50": () => void selectRows(sample, { ...selection, limit: 50 }),
    "filter, sort, first 50": () => void selectRows(sample, { ...selection, filter, limit: 50 }),
    "screen": () => {
      model.take(sample);
      model.draw();
    },
    "JSON of 50": () => {
      for (const _ of jsonDocument(sample, selectRows(sample, { ...selection, limit: 50 }), ""));
    },
  };
  for (const [name, run] of Object.entries(stages)) {
    console.log(
      `${String(size).padStart(6)}  ${name.padEnd(24)}${(heapOf(run, size) / size).toFixed(2).padStart(9)} bytes each`,
    );
  }
}
