import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { FLOW_SCHEMA } from "../../src/flow/columns.ts";
import type { Sample } from "../../src/flow/sample.ts";
import { flowFacts } from "../../src/output/flow_facts.ts";
import { FlowTexts } from "../../src/output/flow_texts.ts";
import { written } from "../support/pieces.ts";
import { fakeSample, NOW_NS } from "../view/fake_sample.ts";

const HOSTILE = '"age_ms":0,\\"idle_ms":0,';

/** Flows of which each is another, and one that looks like its own JSON. */
function flows(count: number) {
  return Array.from({ length: count }, (_, i) => ({
    cookie: i + 1,
    process: i === 1 ? HOSTILE : `p${i}`,
    remote: ["10.0.0.1", 1000 + i] as const,
    ageMs: 1009 + i,
    rx: i,
    ...i % 3 === 0 ? { protocol: "udp" as const } : {},
  }));
}

function sampleOf(count: number, more: Partial<Sample> = {}): Sample {
  return fakeSample(flows(count), { news: 1, processes: new Map([[1234, HOSTILE]]), ...more });
}

function check(texts: FlowTexts, sample: Sample): void {
  texts.begin(sample);
  for (let row = 0; row < sample.length; row++) {
    const facts = JSON.stringify(flowFacts(sample, row));
    strictEqual(written((to) => texts.put(to, sample, row)), facts);
    strictEqual(written((to) => texts.put(to, sample, row)), facts);
  }
}

Deno.test("FlowTexts.put() is what JSON says of a flow, first and whenever only the time goes on", () => {
  const texts = new FlowTexts();
  for (let i = 0; i < 4; i++) check(texts, sampleOf(7, { timeNs: NOW_NS + i * 1e9 }));
});

Deno.test("FlowTexts.put() sees every column that changes", () => {
  const texts = new FlowTexts();
  for (let i = 0; i < 3; i++) check(texts, sampleOf(5));
  const sample = sampleOf(5);
  for (const field in FLOW_SCHEMA) {
    sample.flows[field as keyof typeof FLOW_SCHEMA][2] ^= 1;
    check(texts, sample);
    check(texts, sample);
  }
});

Deno.test("FlowTexts.put() sees names that come later, and that of a container", () => {
  const texts = new FlowTexts();
  const sample = sampleOf(4), names = new Map<string, string>(), named = { ...sample, names };
  for (let i = 0; i < 3; i++) check(texts, named);
  names.set("10.0.0.1", "one.example");
  check(texts, named);
  check(texts, { ...named, news: 2, users: new Map([[1000, "eve"]]) });
  check(texts, { ...named, news: 2, users: new Map([[1000, "eve"]]) });
  for (let news = 3; news < 6; news++) check(texts, { ...named, news, users: new Map([[1000, `eve${news >> 1}`]]) });
  check(texts, { ...named, news: 7, processes: new Map([[1234, "other"]]) });
  check(texts, { ...named, news: 7, processes: new Map([[1234, "other"]]) });
});

Deno.test("FlowTexts.put() follows rows that come, go and change places", () => {
  fc.assert(fc.property(fc.array(fc.shuffledSubarray([0, 1, 2, 3, 4, 5]), { maxLength: 12 }), (samples) => {
    const texts = new FlowTexts(), all = flows(6);
    samples.forEach((rows, i) => check(texts, fakeSample(rows.map((row) => all[row]), { news: i >> 1 })));
  }));
});

Deno.test("FlowTexts.put() sees the other end of a connection come, change and go", () => {
  const texts = new FlowTexts();
  const ends = [{ cookie: 1, process: "client" }, { cookie: 2, process: "server" }];
  const pair = (server: string | null, news = 1) => {
    const sample = fakeSample(server === null ? ends.slice(0, 1) : [ends[0], { ...ends[1], process: server }], {
      news,
    });
    sample.flows.pair.fill(server === null ? 9 : 9);
    return sample;
  };
  const processes = ["a", "a", "b", "b", "b"].map((name) => new Map([[1234, name]]));
  processes.forEach((processes, news) => check(texts, { ...pair("server", 10 + news), processes }));
  for (const server of ["server", "server", "server", "other", "other", null, null, null, "server", "server"]) {
    check(texts, pair(server));
  }
});
