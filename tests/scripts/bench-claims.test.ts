import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Row } from "../bench/compare.ts";
import { judge, verdictLine } from "../bench/claims.ts";

const row = (load: string, tool: string, more: Partial<Row> = {}): Row => ({
  load,
  tool,
  cpuSeconds: 1,
  cpuPercent: 10,
  peakMiB: 100,
  ratio: null,
  flows: null,
  ends: null,
  owned: null,
  bytes: null,
  everybody: false,
  ...more,
});
const said = (rows: Parameters<typeof judge>[0], words: string) =>
  judge(rows).map(verdictLine).filter((line) => line.includes(words));

Deno.test("judge() compares with the goal, in its unit", () => {
  deepStrictEqual(
    said([row("50000 idle connections", "tcptop screen", { peakMiB: 250 })], "50000 idle connections, tcptop screen"),
    [
      "met      50000 idle connections, tcptop screen: own CPU below 20 %: 10.00 %",
      "missed   50000 idle connections, tcptop screen: peak memory below 250 MB: 262 MB",
    ],
  );
});

Deno.test("judge() asks for every end, and for every time that flows were told of", () => {
  const load = "500 idle connections", truth = 500;
  const verdict = (seen: readonly number[]) =>
    said([row(load, "tcptop --json", { flows: { seen, truth } })], "flows: ")[0];
  strictEqual(verdict([500]), "met      500 idle connections, tcptop --json: every one of the flows: 500 of 500");
  strictEqual(
    verdict([499, 500]),
    "missed   500 idle connections, tcptop --json: every one of the flows: 499..500 of 500",
  );
});

Deno.test("judge() compares CPU time with a peer's", () => {
  const rows = [
    row("churn flat out", "tcptop screen", { cpuSeconds: 1.2 }),
    row("churn flat out", "tcplife", { cpuSeconds: 1 }),
    { load: "churn flat out", tool: "nethogs", failure: "no such device" },
  ];
  deepStrictEqual(said(rows, "tcptop screen: own CPU at most"), [
    "met      churn flat out, tcptop screen: own CPU at most 1.5 times that of tcplife: 1.20 times, 1.20 s and 1.00 s",
    "unknown  churn flat out, tcptop screen: own CPU at most 0.1 times that of nethogs: nethogs was not measured",
  ]);
});

Deno.test("judge() takes a tcptop that did not run for a miss, and a load that was left out for unknown", () => {
  const rows = [{ load: "bulk", tool: "tcptop screen", failure: "not permitted" }];
  deepStrictEqual(judge(rows).map(({ met }) => met).filter((met) => met !== null), [false]);
  strictEqual(said(rows, "bulk, tcptop screen")[0].startsWith("missed"), true);
});
