import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { chartSvg } from "../bench/chart.ts";
import { between, digits, goalTable, range, tableLines } from "../bench/markdown.ts";

Deno.test("tableLines() of goals", () => {
  const goals = [
    { what: "a | b", seen: "1.2", goal: "at most 1", met: false },
    { what: "c", seen: "3", goal: "at most 4", met: true },
    { what: "d", seen: "-", goal: "0", met: null },
  ];
  deepStrictEqual(tableLines(goalTable(goals)), [
    "| Figure | Seen | Goal |  |",
    "|---|---|---|---|",
    "| a \\| b | 1.2 | at most 1 | **missed** |",
    "| c | 3 | at most 4 | met |",
    "| d | - | 0 | unknown |",
  ]);
});

Deno.test("digits() and range()", () => {
  deepStrictEqual([0.1234, 1.234, 12.34, 123.4, NaN].map(digits), ["0.123", "1.23", "12.3", "123", "-"]);
  deepStrictEqual([range([1, 3, 2]), range([1, 1.001])], ["1.00 to 3.00", "1.00"]);
});

Deno.test("between() replaces what stands between its comments, again and again", () => {
  const page = "a\n<!-- x: -->\nold\n<!-- :x -->\nb";
  const once = between(page, "x", ["new", "lines"]);
  strictEqual(once, "a\n<!-- x: -->\nnew\nlines\n<!-- :x -->\nb");
  strictEqual(between(once, "x", ["new", "lines"]), once);
  throws(() => between(page, "y", []), /no <!-- y: -->/);
});

Deno.test("chartSvg() draws each bar in proportion, its interval, and what is wanted", () => {
  const svg = chartSvg({
    title: "a < b",
    unit: "%",
    goal: 2,
    bars: [{ label: "one", value: 1 }, { label: "four", value: 4, low: 3, high: 4, series: 1 }],
  });
  const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
  deepStrictEqual(widths.map((width) => width / widths[0]), [1, 4]);
  ok(svg.includes("a &lt; b") && svg.includes("stroke-dasharray") && svg.includes(">4 %<"), svg);
});

Deno.test("chartSvg() in steps of ten", () => {
  const bars = [1, 10, 100].map((value) => ({ label: "", value }));
  const widths = [
    ...chartSvg({ title: "", unit: "", bars, logarithmic: true }).matchAll(/<rect [^>]*width="([\d.]+)"/g),
  ]
    .map(([, width]) => Number(width));
  ok(Math.abs(widths[2] - widths[1] - (widths[1] - widths[0])) < 0.3, widths.join());
});
