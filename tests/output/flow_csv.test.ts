import { deepStrictEqual, strictEqual } from "node:assert/strict";
import papaparse from "papaparse";
import fc from "fast-check";
import { stringify } from "csv-stringify/sync";
import { flowCsv } from "../../src/output/flow_csv.ts";
import { COLUMNS, TOTAL_RATE } from "../../src/view/column.ts";
import { flowFacts } from "../../src/output/flow_facts.ts";
import { BESIDE, DROPS, ODD, oddRows } from "../support/odd_rows.ts";
import { textOf } from "../support/pieces.ts";
import { fakeSample } from "../view/fake_sample.ts";

const all = (sample: { length: number }) => Array.from({ length: sample.length }, (_, row) => row);

/** What papaparse makes of it: an object a line. */
function parse(csv: ReturnType<typeof flowCsv>, sample: ReturnType<typeof fakeSample>): Record<string, string>[] {
  const text = csv.header() + textOf(csv.lines(sample, all(sample)));
  const { data, errors } = papaparse.parse(text, { header: true, skipEmptyLines: true });
  deepStrictEqual(errors, []);
  return data as Record<string, string>[];
}

const PEER = [
  ...["remote_real_address", "remote_real_port", "peer_id", "peer_pid", "peer_process"],
  ...["peer_container_id", "peer_container_name", "peer_netns", "peer_via"],
];

const ACCEPT_QUEUE = ["length", "limit", "overflows", "overflows_at_most"];

Deno.test("flowCsv() has the fields of the JSON document, flattened", () => {
  const sample = fakeSample([{ process: "curl", pid: 7, rx: 1009, rxDelta: 503, closed: true }]);
  const [line] = parse(flowCsv(null), sample), facts = flowFacts(sample, 0);
  const flat = Object.keys(facts).flatMap((name) => {
    if (name === "local") return ["local_address", "local_port"];
    if (name === "remote") return ["remote_address", "remote_port", "remote_name", "remote_name_from"];
    if (name === "accept_queue") return ACCEPT_QUEUE.map((field) => `accept_queue_${field}`);
    if (name === "peer") return PEER;
    if (name === "host") return ["host", "peer_host"];
    if (name === "dropped") return ["dropped_packets", "dropped_bytes", "dropped_reasons"];
    if (name === "end") return ["end_by", "end_how", "end_error", "end_reason"];
    return name === "container" ? ["container_id", "container_runtime", "container_name"] : [name];
  });
  deepStrictEqual(Object.keys(line), ["time", "interval_ms", ...flat, "command", "parent", "parent_name"]);
  strictEqual(line.time, "2026-01-02T03:04:05.678Z");
  strictEqual(line.rx_bytes, "1009");
  strictEqual(line.rx_bytes_delta, "503");
  strictEqual(line.closed, "true");
  strictEqual(line.local_address, facts.local.address);
});

Deno.test("flowCsv() leaves a cell empty for what is not known", () => {
  const [line] = parse(flowCsv(null), fakeSample([{ process: null }]));
  deepStrictEqual([line.pid, line.process, line.cgroup, line.container_id], ["", "", "", ""]);
});

Deno.test("flowCsv() writes the fields of the columns that are asked for, in their order", () => {
  strictEqual(
    flowCsv(["remote", "rx/s", "pid"]).header().trimEnd(),
    [
      "time",
      "interval_ms",
      "remote_address",
      "remote_port",
      "remote_name",
      "remote_name_from",
      "rx_bytes_per_s",
      "pid",
    ].join(","),
  );
});

Deno.test("flowCsv() has fields for every column of the table", () => {
  for (const { id } of [...COLUMNS, TOTAL_RATE]) {
    strictEqual(flowCsv([id]).header().startsWith("time,interval_ms,"), true, id);
  }
});

Deno.test("flowCsv() takes the meaning from cells that a spreadsheet would run", () => {
  for (const process of ["=cmd()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]) {
    const [line] = parse(flowCsv(["process"]), fakeSample([{ process }]));
    strictEqual(line.process, `'${process}`);
  }
});

Deno.test("flowCsv() brings any process name through", () => {
  // deno-lint-ignore no-control-regex
  const plain = /^(?![=+\-@\t\r])[\x01-\x7e]+$/;
  const name = fc.string({ maxLength: 15 }).filter((text) => plain.test(text));
  fc.assert(fc.property(name, (process) => {
    const [line] = parse(flowCsv(["process"]), fakeSample([{ process }]));
    strictEqual(line.process, process);
  }));
});

Deno.test("flowCsv() ends its lines as RFC 4180 has it", () => {
  const csv = flowCsv(["pid"]), sample = fakeSample([{ pid: 7 }, { pid: 8 }]);
  const text = csv.header() + textOf(csv.lines(sample, [0, 1]));
  strictEqual(text.split("\r\n").length, 4);
  strictEqual(text.replaceAll("\r\n", "").includes("\n"), false);
});

Deno.test("flowCsv() quotes whatever some reader takes for the end of a line", () => {
  for (const end of ["\n", "\r", "\r\n", "\v", "\f", "\u0085", "\u2028", "\u2029"]) {
    const sample = fakeSample([{ process: `a${end}b` }]);
    strictEqual(textOf(flowCsv(["process"]).lines(sample, [0])).endsWith(`,"a${end}b"\r\n`), true, escape(end));
    strictEqual(parse(flowCsv(null), sample)[0].process, `a${end}b`);
  }
});

Deno.test("flowCsv() writes what csv-stringify would", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary-ascii" }),
    fc.constantFrom("", "a(b)", "x-1"),
  );
  fc.assert(fc.property(text, fc.oneof(fc.nat(), fc.maxSafeNat()), (exe, rx) => {
    const sample = fakeSample([{ rx }], { programs: new Map([[1, exe]]) });
    sample.flows.exe[0] = 1;
    const wanted = stringify([[exe, rx, true, null]], {
      escape_formulas: true,
      record_delimiter: "\r\n",
      quoted_match: /[\n\v\f\r\u0085\u2028\u2029]/,
      cast: { boolean: String, number: String },
    });
    const fields = flowCsv(["exe", "rx", "established", "rto"]).lines(sample, [0]);
    strictEqual(textOf(fields).split(",").slice(2).join(","), wanted.toWellFormed());
  }));
});

Deno.test("flowCsv() of every field writes what it writes of each", () => {
  const rows = 5000, commands = new Map([[7, { startNs: 0, line: ODD }], [1234, { startNs: 1000, line: "curl -v" }]]);
  for (const beside of [...BESIDE, { ...BESIDE.at(-1), commands, intervalMs: 999.7 }, { intervalMs: 0 }]) {
    const flows = oddRows(rows), more = { dropsKnown: true, drops: new Map([[1, DROPS]]), ...beside };
    // The two ends of connections stand anywhere.
    flows.pair.forEach((_, row) => flows.pair[row] = row % 3 === 0 ? 0 : row % (rows / 2) + 1);
    const sample = { ...fakeSample([], more), flows, length: rows }, every = flowCsv(null), each = flowCsv(every.names);
    strictEqual(each.header(), every.header());
    strictEqual(textOf(every.lines(sample, all(sample))), textOf(each.lines(sample, all(sample))));
  }
});
