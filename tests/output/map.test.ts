import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { dotMap } from "../../src/output/map_dot.ts";
import { mapDocument } from "../../src/output/map_json.ts";
import { mermaidMap } from "../../src/output/map_mermaid.ts";
import { TrafficMap } from "../../src/view/map.ts";
import mapSchema from "../../schemas/map.schema.json" with { type: "json" };
import { wrongBy } from "../support/schema.ts";
import { type FakeFlow, fakeSample } from "../view/fake_sample.ts";

const HOSTILE = [
  "1. list",
  '"]; click',
  "<b>&lt;",
  "end",
  "#quot;",
  "\x1b[31m",
  "a\\N",
  "fa:fa-car",
  "日本",
  "h-1.example",
];

function graphOf(flows: readonly FakeFlow[]) {
  const map = new TrafficMap("both"), sample = fakeSample(flows);
  map.add(sample, flows.map((_, row) => row));
  return { graph: map.graph(), sample };
}

const some = (processes: readonly string[]) =>
  graphOf(
    processes.map((process, i) => ({
      process,
      remote: ["192.0.2.1", 443],
      tx: 1000 - i,
      closed: i === 0,
      established: i > 0,
    })),
  );

Deno.test("mermaidMap() is a flowchart in which names have no meaning", () => {
  const { graph, sample } = some(HOSTILE), lines = mermaidMap(graph, sample, 0).trimEnd().split("\n");
  strictEqual(lines[0], "flowchart LR");
  strictEqual(lines[1], '  n1["1#46; list"]');
  ok(lines.includes('  n2(["192.0.2.1"])'));
  match(lines.join("\n"), /n1 -->\|"443\/tcp, 1 connection<br\/>0\.98 KiB →, 0 B ←<br\/>1 failed"\| n2/);
  match(lines.join("\n"), /\["h-1\.example"\]/);
  strictEqual(lines.at(-1), "  linkStyle 0 stroke:#c00,color:#c00");
  const labels = lines.flatMap((line) => [...line.matchAll(/"([^"]*)"/g)].map(([, label]) => label));
  for (const label of labels) ok(/^(?:[A-Za-z0-9 ,\/→←….-]|#\d+;|<br\/>)*$/.test(label), label);
});

Deno.test("mermaidMap() has no empty text, which Mermaid does not read, nor one of blanks, which nobody does", () => {
  for (const [name, label] of [["", "#34;#34;"], ["  ", "#9251;#9251;"]]) {
    const { graph, sample } = some([name]);
    match(mermaidMap(graph, sample, 0), new RegExp(`^ {2}n1\\["${label}"\\]$`, "m"));
  }
});

Deno.test("dotMap() escapes what Graphviz would read", () => {
  const { graph, sample } = some(HOSTILE), text = dotMap(graph, sample, 0);
  ok(text.includes('[label="\\"]; click"]'));
  ok(text.includes('[label="a\\\\N"]'));
  ok(text.includes('[label="<b>&amp;lt;"]'));
  ok(text.includes('label="443/tcp, 1 connection\\n'));
});

Deno.test("maps draw the pairs that have moved most, and say how many there are besides", () => {
  const { graph, sample } = some(["a", "b", "c"]);
  match(mermaidMap(graph, sample, 1), /more\["2 connections between further ends/);
  match(dotMap(graph, sample, 2), /more \[label="1 connection between further ends/);
  const nothing = graphOf([]);
  match(mermaidMap(nothing.graph, nothing.sample, 0), /no connections/);
  match(dotMap(nothing.graph, nothing.sample, 0), /no connections/);
});

Deno.test("mapDocument() fits its schema", () => {
  const { graph, sample } = some(HOSTILE), head = { sinceMs: 0, by: "both", notes: [], version: "0" } as const;
  const document = JSON.parse(mapDocument(graph, sample, head, 3));
  deepStrictEqual(wrongBy(mapSchema)(document), []);
  deepStrictEqual([document.edges.length, document.further_connections, document.nodes.length], [
    3,
    HOSTILE.length - 3,
    4,
  ]);
  const [{ from, to, ...edge }] = document.edges;
  deepStrictEqual([document.nodes[from - 1].key, document.nodes[to - 1].addresses], ["1. list", ["192.0.2.1"]]);
  deepStrictEqual(edge, {
    connections: 1,
    open: 0,
    failed: 1,
    sent_bytes: 1000,
    received_bytes: 0,
    ports: ["443/tcp"],
  });
});
