import { deepStrictEqual } from "node:assert/strict";
import { reportData } from "../../src/output/report/data.ts";
import { Seen } from "../../src/output/seen.ts";
import { matcher } from "../../src/page/matching.ts";
import { compare } from "../../src/page/sorting.ts";
import { BEGAN_MS, secondOf } from "../output/report/made.ts";

Deno.test("connections are found by words of their process, far end and end", () => {
  const seen = new Seen(({ length }) => [...Array(length).keys()], ({ flows }, row) => flows.remotePort[row] !== 22);
  seen.add(secondOf(1, [
    { cookie: 1, process: "curl", pid: 71, remote: ["1.1.1.1", 443], name: "One.example", began: 1 },
    { cookie: 2, process: "ssh", pid: 72, remote: ["9.9.9.9", 22], began: 1 },
    { cookie: 3, process: "curl", pid: 73, remote: ["1.1.1.2", 80], established: false, closed: true, began: 1 },
  ]));
  const data = reportData(seen.flows, [], { fromMs: BEGAN_MS, toMs: BEGAN_MS + 1000, judged: true });
  const found = (words: string) => [0, 1, 2].filter(matcher(data, words));
  deepStrictEqual(found(""), [0, 1, 2]);
  deepStrictEqual(found("CURL"), [0, 2]);
  deepStrictEqual(found("one.EX  curl"), [0]);
  deepStrictEqual(found("72"), [1]);
  deepStrictEqual(found("established"), [2]);
  deepStrictEqual(found("allowed"), [1]);
  deepStrictEqual(found("curl 9.9"), []);
});

Deno.test("figures are sorted by value, and words with numbers in the order of these", () => {
  deepStrictEqual([10, 9, -1].sort(compare), [-1, 9, 10]);
  deepStrictEqual(["a:443", "a:80", "b"].sort(compare), ["a:80", "a:443", "b"]);
});
