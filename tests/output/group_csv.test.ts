import { textOf } from "../support/pieces.ts";
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import papaparse from "papaparse";
import { Unknown } from "../../src/flow/columns.ts";
import { groupCsv } from "../../src/output/group_csv.ts";
import { hasGroupField } from "../../src/output/group_fields.ts";
import { COLUMNS, TOTAL_RATE } from "../../src/view/column.ts";
import { groupRows } from "../../src/view/group.ts";
import { groupFacts } from "../../src/output/group_facts.ts";
import { type Grouping, GROUPINGS } from "../../src/view/group_key.ts";
import { LIMIT_WORDS } from "../../src/view/group_reasons.ts";
import { fakeSample } from "../view/fake_sample.ts";

const SAMPLE = fakeSample([
  { process: "=cmd()", rx: 1009, rxDelta: 503, retransmits: 2 },
  { process: "=cmd()", rx: 23, closed: true },
  { process: null, protocol: "udp", unknown: Unknown.bytes | Unknown.packets },
]);
const groups = (by: Grouping) => groupRows(SAMPLE, [0, 1, 2], by, { column: TOTAL_RATE, descending: true });

/** What papaparse makes of it: an object a line. */
function parse(by: Grouping, columns: readonly string[] | null = null): Record<string, string>[] {
  const csv = groupCsv(by, columns), text = csv.header() + textOf(csv.lines(SAMPLE, groups(by)));
  const { data, errors } = papaparse.parse(text, { header: true, skipEmptyLines: true });
  deepStrictEqual(errors, []);
  return data as Record<string, string>[];
}

const FLAT: Readonly<Record<string, readonly string[]>> = {
  remote: ["remote_address", "remote_name"],
  peer: ["peer_kind", "peer_key", "peer_container_id", "peer_container_name", "peer_direction"],
  container: ["container_id", "container_runtime", "container_name"],
  dropped: ["dropped_packets", "dropped_bytes", "dropped_reasons"],
  limited_by: LIMIT_WORDS.map((word) => `limited_by_${word}`),
};

Deno.test("groupCsv() has the fields of the JSON document, flattened", () => {
  for (const by of GROUPINGS) {
    const names = Object.keys(groupFacts(SAMPLE, groups(by)[0], by)).flatMap((name) => FLAT[name] ?? [name]);
    deepStrictEqual(Object.keys(parse(by)[0]), ["time", "interval_ms", ...names]);
  }
});

Deno.test("groupCsv() has sums, and leaves a cell empty for what is not known", () => {
  const [cmd, nobody] = parse("process");
  deepStrictEqual([cmd.key, cmd.process, cmd.flows, cmd.rx_bytes, cmd.retransmits, cmd.closed], [
    "'=cmd()",
    "'=cmd()",
    "2",
    "1032",
    "2",
    "1",
  ]);
  deepStrictEqual([nobody.key, nobody.process, nobody.rx_bytes, nobody.retransmits, nobody.udp], ["", "", "", "", "1"]);
});

Deno.test("groupCsv() writes who the group is, and the figures that are asked for", () => {
  deepStrictEqual(Object.keys(parse("remote", ["rate", "remote", "rx"])[0]), [
    "time",
    "interval_ms",
    "key",
    "remote_address",
    "remote_name",
    "rx_bytes_per_s",
    "tx_bytes_per_s",
    "rx_bytes",
  ]);
});

Deno.test("hasGroupField() is true of what a group is by, and of what adds up", () => {
  const ids = [...COLUMNS, TOTAL_RATE].filter((column) => hasGroupField(column, "container")).map(({ id }) => id);
  deepStrictEqual(ids, [
    "container",
    "rx/s",
    "tx/s",
    "rx",
    "tx",
    "retrans",
    "limit",
    "rxpackets",
    "txpackets",
    "dropped",
    "rate",
  ]);
  strictEqual(hasGroupField(COLUMNS[0], "process"), true);
});
