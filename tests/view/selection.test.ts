import { deepStrictEqual } from "node:assert/strict";
import { flowId } from "../../src/flow/row.ts";
import { columnById } from "../../src/view/column.ts";
import { type Selection, selectRows } from "../../src/view/selection.ts";
import { fakeSample } from "./fake_sample.ts";

const SAMPLE = fakeSample([
  { process: "b", rxDelta: 5 },
  { process: "a", protocol: "udp", rxDelta: 9 },
  { process: "c", state: "LISTEN" },
  { process: "d", rxDelta: 5 },
]);

function rows(wanted: Partial<Selection>): number[] {
  const sort = { column: columnById("rate")!, descending: true };
  return selectRows(SAMPLE, { filter: null, protocol: null, listeners: false, limit: 0, sort, ...wanted });
}

Deno.test("selectRows() sorts, and keeps equal rows in an order that does not change", () => {
  deepStrictEqual(rows({}), [1, 0, 3]);
  deepStrictEqual(rows({ sort: { column: columnById("process")!, descending: true } }), [3, 0, 1]);
});

Deno.test("selectRows() hides listeners unless they are asked for", () => {
  deepStrictEqual(rows({ listeners: true }).toSorted(), [0, 1, 2, 3]);
});

Deno.test("selectRows() chooses by protocol and filter, and cuts at the limit", () => {
  deepStrictEqual(rows({ protocol: "udp" }), [1]);
  deepStrictEqual(rows({ protocol: "tcp" }), [0, 3]);
  deepStrictEqual(rows({ filter: (_, row) => row !== 0 }), [1, 3]);
  deepStrictEqual(rows({ limit: 1 }), [1]);
});

Deno.test("selectRows() does not cut off the flow under the cursor", () => {
  const cursor = flowId(SAMPLE.flows, 3);
  deepStrictEqual(rows({ limit: 1, cursor }), [1, 3]);
  deepStrictEqual(rows({ limit: 3, cursor }), [1, 0, 3]);
  deepStrictEqual(rows({ limit: 1, cursor, protocol: "udp" }), [1]);
  deepStrictEqual(rows({ limit: 1, cursor: "gone" }), [1]);
});
