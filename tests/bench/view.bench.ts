/** deno bench: what the main thread does for a sample: choose and sort, draw, and write what has changed; or JSON. */
import { jsonDocument } from "../../src/output/json.ts";
import { frameDiff } from "../../src/render/diff.ts";
import { theme } from "../../src/render/theme.ts";
import { columnById, TOTAL_RATE } from "../../src/view/column.ts";
import { selectRows } from "../../src/view/selection.ts";
import { totalsOf } from "../../src/view/totals.ts";
import { scene } from "../render/scene.ts";
import { manyFlows, SIZES } from "./flows.ts";

const look = theme(true), CHOICE = { filter: null, protocol: null, listeners: false };
const RATE = { column: TOTAL_RATE, descending: true }, PROCESS = { column: columnById("process")!, descending: false };

for (const size of SIZES) {
  const idle = manyFlows(size, 0), moving = manyFlows(size), later = manyFlows(size, 1000, 3);
  const group = `${size} flows`;
  const bench = (name: string, fn: () => void) => Deno.bench({ name, group, fn });

  bench("totals", () => void totalsOf(moving));
  bench("first 50 by rate, nothing moves", () => void selectRows(idle, { ...CHOICE, sort: RATE, limit: 50 }));
  bench("first 50 by rate", () => void selectRows(moving, { ...CHOICE, sort: RATE, limit: 50 }));
  bench("first 50 by process", () => void selectRows(moving, { ...CHOICE, sort: PROCESS, limit: 50 }));
  bench("all by rate", () => void selectRows(moving, { ...CHOICE, sort: RATE, limit: 0 }));
  bench("JSON of 50", () => {
    for (const _ of jsonDocument(moving, selectRows(moving, { ...CHOICE, sort: RATE, limit: 50 }), ""));
  });
  bench("JSON of all", () => {
    for (const _ of jsonDocument(moving, selectRows(moving, { ...CHOICE, sort: RATE, limit: 0 }), ""));
  });

  const model = scene(160, 40, 0), samples = [moving, later];
  let before = model.draw(), turn = 0;
  bench("screen: take, draw, difference", () => {
    model.take(samples[turn++ % 2]);
    const now = model.draw();
    frameDiff(before, now, look);
    before = now;
  });
  bench("difference of two frames", () => void frameDiff(null, before, look));
}
