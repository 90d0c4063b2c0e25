import { textOf } from "../support/pieces.ts";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import groupsSchema from "../../schemas/groups.schema.json" with { type: "json" };
import sampleSchema from "../../schemas/sample.schema.json" with { type: "json" };
import { groupsDocument, jsonDocument } from "../../src/output/json.ts";
import { columnById } from "../../src/view/column.ts";
import { EndedFlows } from "../../src/view/ended.ts";
import { groupRows } from "../../src/view/group.ts";
import { GROUPINGS } from "../../src/view/group_key.ts";
import { chosenRows } from "../../src/view/selection.ts";
import { sampleOf } from "../support/feed.ts";
import { comm, counters, ended, live, opened, tick } from "../support/records.ts";
import { wrongInGroups, wrongInSample } from "../support/schema.ts";
import { fakeSample } from "../view/fake_sample.ts";

const all = ({ length }: { readonly length: number }) => Array.from({ length }, (_, row) => row);

Deno.test("jsonDocument() is one line that fits the schema", () => {
  const sample = sampleOf(
    tick(10e9),
    live({ openedNs: 0 }),
    opened({ cookie: 5, openedNs: 10.5e9 }),
    ended({ cookie: 5, openedNs: 10.5e9, timeNs: 10.6e9, rxBytes: 2n ** 53n - 1n }),
    counters(),
    tick(11e9, { eventsLost: 3 }),
  );
  const text = textOf(jsonDocument(sample, all(sample), "0.1.0"));
  ok(text.endsWith("}\n") && text.indexOf("\n") === text.length - 1);
  const document = JSON.parse(text);
  deepStrictEqual(wrongInSample(document), []);
  deepStrictEqual([document.time, document.interval_ms, document.health.events_lost], [
    "2026-01-02T03:04:05.678Z",
    1000,
    3,
  ]);
  strictEqual(document.flows[1].rx_bytes, 2 ** 53 - 1);
  strictEqual(document.source.notes[0].code, "events_lost");
});

Deno.test("jsonDocument() escapes what a process calls itself", () => {
  const sample = sampleOf(tick(10e9), live({ comm: comm('\x1b]0;"\\\n\u2028') }), tick(11e9));
  const text = textOf(jsonDocument(sample, [0], "0.1.0"));
  // deno-lint-ignore no-control-regex
  ok(!/[\x00-\x09\x0b-\x1f]/.test(text));
  strictEqual(JSON.parse(text).flows[0].process, '\x1b]0;"\\\n\u2028');
});

Deno.test("jsonDocument() comes in pieces, and has UDP flows without TCP's figures", () => {
  const flows = Array.from({ length: 2000 }, (_, i) => ({ protocol: i % 2 === 0 ? "tcp" : "udp" } as const));
  const sample = fakeSample(flows), decoder = new TextDecoder();
  const pieces: string[] = [];
  for (const piece of jsonDocument(sample, all(sample), "0.1.0")) pieces.push(decoder.decode(piece));
  ok(pieces.length > 5);
  const document = JSON.parse(pieces.join(""));
  deepStrictEqual([document.flows.length, document.totals.udp, wrongInSample(document)], [2000, 1000, []]);
});

Deno.test("groupsDocument() is one line that fits the schema, whatever it is grouped by", () => {
  const sample = fakeSample([
    { process: "curl", rxDelta: 503, rx: 2 ** 40 },
    { process: "curl", rxDelta: 1009, rx: 2 ** 41, closed: true },
    { process: null, protocol: "udp", unknown: 255 },
    { process: "sshd", state: "LISTEN", remote: ["0.0.0.0", 0] },
  ]);
  const sort = { column: columnById("rx")!, descending: true };
  for (const by of GROUPINGS) {
    const text = [...groupsDocument(sample, groupRows(sample, all(sample), by, sort), by, "0.1.0")].join("");
    ok(text.endsWith("]}\n") && text.indexOf("\n") === text.length - 1);
    const document = JSON.parse(text);
    deepStrictEqual([document.schema, document.group_by, wrongInGroups(document)], ["tcptop.groups/1", by, []]);
    ok(wrongInGroups({ ...document, group_by: by === "port" ? "remote" : "port" }).length > 0);
    if (by !== "process") continue;
    const [curl, sshd, nobody] = document.groups;
    deepStrictEqual([curl.key, curl.flows, curl.rx_bytes, curl.closed], ["curl", 2, 3 * 2 ** 40, 1]);
    deepStrictEqual([sshd.key, sshd.tx_bytes, nobody.key, nobody.rx_bytes], ["sshd", 0, null, null]);
  }
});

Deno.test("groupsDocument() fits the schema where all flows of a group ended before, whatever it is grouped by", () => {
  const past = new EndedFlows(), sort = { column: columnById("rx")!, descending: true };
  past.take(fakeSample([{ process: "curl", rxDelta: 503, closed: true, state: "CLOSED" }], { number: 0 }));
  const sample = fakeSample([], { number: 1 });
  past.take(sample);
  const ended = past.of(sample), choice = { filter: null, protocol: null, listeners: false };
  for (const by of GROUPINGS) {
    const groups = groupRows(sample, [], by, sort, { ended, rows: chosenRows(ended.sample, choice) });
    const document = JSON.parse([...groupsDocument(sample, groups, by, "0.1.0", 1e12)].join(""));
    deepStrictEqual([document.groups[0].flows, document.groups[0].ended], [0, 1], by);
    deepStrictEqual(wrongInGroups(document), [], by);
  }
});

Deno.test("groupsDocument() has the head of jsonDocument()", () => {
  const host = { name: "db1", staleSinceMs: null, aheadMs: null, version: "0.1.0" };
  const sample = fakeSample([{}, { protocol: "udp", process: null }], { fleet: [host] });
  const { schema: _, flows: __, ...head } = JSON.parse(textOf(jsonDocument(sample, [0, 1], "0.1.0")));
  const { schema, group_by, groups, ...same } = JSON.parse([...groupsDocument(sample, [], "port", "0.1.0")].join(""));
  deepStrictEqual([schema, group_by, groups, same], ["tcptop.groups/1", "port", [], { ...head, since: null }]);
  deepStrictEqual(head.hosts.length, 1);
  for (const name of Object.keys(head) as (keyof typeof head & keyof typeof sampleSchema.properties)[]) {
    deepStrictEqual((groupsSchema.properties as Record<string, unknown>)[name], sampleSchema.properties[name]);
  }
});
