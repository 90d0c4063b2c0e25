/** The stages that every flow goes through, each as a run over so many flows: for what they leave to the garbage collector. */
import { Decoder } from "../../src/decode/decode.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { flowCsv } from "../../src/output/flow_csv.ts";
import { jsonDocument } from "../../src/output/json.ts";
import { TOTAL_RATE } from "../../src/view/column.ts";
import { compileFilter } from "../../src/view/filter/compile.ts";
import { parseFilter } from "../../src/view/filter/parse.ts";
import { selectRows } from "../../src/view/selection.ts";
import { manyFlows, manyRecords } from "../bench/flows.ts";
import { scene } from "../render/scene.ts";
import { counters, live, tick } from "../support/records.ts";

export function stages(size: number): Readonly<Record<string, () => void>> {
  const tables = new FlowTables(), decoder = new Decoder(tables), sample = manyFlows(size), model = scene(160, 40, 0);
  decoder.decode(manyRecords(size, (cookie) => live({ cookie, openedNs: 0 })));
  decoder.decode(tick(2000));
  const counted = manyRecords(size, (cookie) => counters({ cookie, rxBytes: cookie }));
  const selection = { filter: null, protocol: null, listeners: false, sort: { column: TOTAL_RATE, descending: true } };
  const filter = compileFilter(parseFilter("remote:10.7.0.0/16 or process:s-29")!);
  const csv = flowCsv(null), all = selectRows(sample, { ...selection, limit: 0 });
  let now = 3000, spare: ArrayBuffer | null = null;
  return {
    "decode, apply": () => decoder.decode(counted),
    "tick, sample": () => {
      decoder.decode(tick(now += 1000));
      spare = tables.takeSample(spare).flows;
    },
    "sort, first 50": () => void selectRows(sample, { ...selection, limit: 50 }),
    "filter, sort, first 50": () => void selectRows(sample, { ...selection, filter, limit: 50 }),
    "screen": () => {
      model.take(sample);
      model.draw();
    },
    "JSON of 50": () => drain(jsonDocument(sample, selectRows(sample, { ...selection, limit: 50 }), "")),
    "JSON of all": () => drain(jsonDocument(sample, all, "")),
    "CSV of all": () => drain(csv.lines(sample, all)),
  };
}

function drain(parts: Iterable<unknown>): void {
  for (const _ of parts);
}
