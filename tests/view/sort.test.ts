import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { columnById } from "../../src/view/column.ts";
import { firstKey, sortedRows } from "../../src/view/sort.ts";
import { fakeSample } from "./fake_sample.ts";

function sorted(id: string, descending: boolean): number[] {
  const sample = fakeSample([
    { cookie: 9, process: "b", rttUs: 50 },
    { cookie: 8, process: "a", rttUs: 50 },
    { cookie: 7, process: "c", rttUs: 0 },
  ]);
  return sortedRows(sample, [0, 1, 2], { column: columnById(id)!, descending });
}

Deno.test("sortedRows() sorts by figures, unknown ones below all others, and by cookie where they are equal", () => {
  deepStrictEqual(sorted("rtt", true), [1, 0, 2]);
  deepStrictEqual(sorted("rtt", false), [2, 1, 0]);
});

Deno.test("sortedRows() sorts by texts", () => {
  deepStrictEqual(sorted("process", false), [1, 0, 2]);
  deepStrictEqual(sorted("process", true), [2, 0, 1]);
});

Deno.test("sortedRows() sorts endpoints by host, and those of one host by port as a number", () => {
  const local = ["10.0.0.10 80", "10.0.0.1 443", "10.0.0.1 80", "10.0.0.1 8080", "::1 9"].map((text) => {
    const [host, port] = text.split(" ");
    return { local: [host, Number(port)], remote: [host, Number(port)] } as const;
  });
  const sample = fakeSample(local), rows = local.map((_, row) => row);
  for (const id of ["local", "remote"]) {
    const column = columnById(id)!;
    deepStrictEqual(sortedRows(sample, rows, { column, descending: false }), [2, 1, 3, 0, 4]);
    deepStrictEqual(sortedRows(sample, rows, { column, descending: true }), [4, 0, 3, 1, 2]);
  }
});

Deno.test("firstKey() is that of the row that sortedRows() puts first, and keys stand as the rows do", () => {
  const host = fc.constantFrom("10.0.0.1", "10.0.0.10", "::1"), port = fc.constantFrom(9, 80, 443, 8080, 65535);
  const flow = fc.record({
    local: fc.tuple(host, port),
    remote: fc.tuple(host, port),
    process: fc.constantFrom(null, "a", "b"),
    rttUs: fc.nat(2),
    limit: fc.constantFrom("application" as const, "network" as const, "idle" as const),
  });
  const column = fc.constantFrom("local", "remote", "process", "rtt", "limit").map((id) => columnById(id)!);
  fc.assert(
    fc.property(fc.array(flow, { minLength: 1, maxLength: 9 }), column, fc.boolean(), (flows, column, descending) => {
      const sample = fakeSample(flows), rows = flows.map((_, row) => row), sort = { column, descending };
      const sorted = sortedRows(sample, rows, sort), keys = sorted.map((row) => firstKey(sample, [row], sort));
      deepStrictEqual(firstKey(sample, rows, sort), keys[0]);
      deepStrictEqual(keys.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0) * (descending ? -1 : 1)), keys);
    }),
  );
});

Deno.test("sortedRows() with a limit gives the first of all", () => {
  const rates = fc.array(fc.nat(6), { minLength: 1, maxLength: 60 });
  fc.assert(fc.property(rates, fc.nat(70), fc.boolean(), (rates, limit, descending) => {
    const sample = fakeSample(rates.map((rttUs, i) => ({ cookie: i * 7919 % 61, rttUs })));
    const rows = rates.map((_, row) => row), sort = { column: columnById("rtt")!, descending };
    const all = sortedRows(sample, rows, sort);
    deepStrictEqual(sortedRows(sample, rows, sort, limit), limit === 0 ? all : all.slice(0, limit));
  }));
});
