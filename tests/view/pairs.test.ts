import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { flowId } from "../../src/flow/row.ts";
import { columnById, TOTAL_RATE } from "../../src/view/column.ts";
import { fold, folded, isClient, otherEnd, peerText } from "../../src/view/pairs.ts";
import { compileFilter } from "../../src/view/filter/compile.ts";
import { parseFilter } from "../../src/view/filter/parse.ts";
import { selectRows } from "../../src/view/selection.ts";
import { type FakeFlow, fakeSample } from "./fake_sample.ts";

const CLIENT: FakeFlow = {
  process: "curl",
  local: ["127.0.0.1", 40001],
  remote: ["127.0.0.1", 80],
  pair: 7,
  direction: "out",
};
const SERVER: FakeFlow = {
  process: "httpd",
  local: ["127.0.0.1", 80],
  remote: ["127.0.0.1", 40001],
  pair: 7,
  direction: "in",
};
const OTHER: FakeFlow = { process: "ssh" };

Deno.test("folded() leaves the client's end, and all that has no other end", () => {
  for (const flows of [[CLIENT, SERVER, OTHER], [SERVER, OTHER, CLIENT]]) {
    const sample = fakeSample(flows), rows = folded(sample, [0, 1, 2]);
    deepStrictEqual(
      rows.map((row) => flows[row].process),
      [...flows].filter((flow) => flow !== SERVER).map(({ process }) => process),
    );
    deepStrictEqual(folded(sample, [0, 1, 2].filter((row) => flows[row] === SERVER)).length, 1);
  }
});

Deno.test("folded() keeps an end apart whose other end has gone or ended", () => {
  deepStrictEqual(folded(fakeSample([SERVER, OTHER]), [0, 1]), [0, 1]);
  const sample = fakeSample([{ ...CLIENT, closed: true }, SERVER]);
  deepStrictEqual([folded(sample, [0, 1]), otherEnd(sample, 0)], [[0, 1], -1]);
  deepStrictEqual(folded(fakeSample([{ ...CLIENT, closed: true }, { ...SERVER, closed: true }]), [0, 1]), [0]);
});

Deno.test("isClient() says of exactly one end that it is, whatever is known of the two", () => {
  const one = fakeSample([SERVER, CLIENT]);
  deepStrictEqual([isClient(one, 0, 1), isClient(one, 1, 0)], [false, true]);
  const both = fakeSample([{ ...SERVER, direction: "out" }, CLIENT]);
  deepStrictEqual([isClient(both, 0, 1), isClient(both, 1, 0)], [false, true]);
  const same = fakeSample([{ ...CLIENT, remote: CLIENT.local! }, { ...CLIENT, remote: CLIENT.local! }]);
  deepStrictEqual([isClient(same, 0, 1), isClient(same, 1, 0)], [true, false]);
});

Deno.test("peerText() stands behind the remote address, and is made harmless", () => {
  const sample = fakeSample([CLIENT, { ...SERVER, process: "a\x1bb" }]);
  strictEqual(columnById("remote")!.text(sample, 0), `127.0.0.1:80 ${peerText(sample, 0)}`);
  strictEqual(peerText(sample, 0).includes("\x1b"), false);
  strictEqual(peerText(fakeSample([CLIENT]), 0), "");
  strictEqual(columnById("remote")!.text(fakeSample([CLIENT]), 0), "127.0.0.1:80");
});

Deno.test("selectRows() folds what the filter has left, if it is asked to", () => {
  const sample = fakeSample([{ ...CLIENT, rxDelta: 1 }, { ...SERVER, rxDelta: 9 }, OTHER]);
  const choice = { protocol: null, listeners: false, limit: 0, sort: { column: TOTAL_RATE, descending: true } };
  deepStrictEqual(selectRows(sample, { ...choice, filter: null, pairs: true }), [0, 2]);
  deepStrictEqual(selectRows(sample, { ...choice, filter: null, pairs: null }), [1, 0, 2]);
  const filter = compileFilter(parseFilter("process:httpd")!);
  deepStrictEqual(selectRows(sample, { ...choice, filter, pairs: true }), [1]);
});

Deno.test("selectRows() does not cut off the row that the end under the cursor is one with", () => {
  const sample = fakeSample([{ ...OTHER, rxDelta: 9 }, CLIENT, SERVER]), cursor = flowId(sample.flows, 2);
  const choice = { filter: null, protocol: null, listeners: false, sort: { column: TOTAL_RATE, descending: true } };
  deepStrictEqual(selectRows(sample, { ...choice, limit: 1, cursor, pairs: true }), [0, 1]);
  deepStrictEqual(selectRows(sample, { ...choice, limit: 1, cursor, pairs: false }), [0, 2]);
});

Deno.test("peer: finds the ends whose other end is a process or a container of that name", () => {
  const sample = fakeSample([CLIENT, SERVER, OTHER]), filter = compileFilter(parseFilter("peer:HTTP")!);
  deepStrictEqual([0, 1, 2].filter((row) => filter(sample, row)), [0]);
});

Deno.test("fold() does in place what folded() does, whatever was folded before", () => {
  const sample = fakeSample([SERVER, CLIENT, OTHER]), rows = Int32Array.of(0, 1, 2);
  fold(fakeSample([OTHER, OTHER, OTHER, OTHER]), Int32Array.of(0, 1, 2, 3), 4);
  const left = fold(sample, rows, 3);
  deepStrictEqual([...rows.subarray(0, left)], folded(sample, [0, 1, 2]));
});
