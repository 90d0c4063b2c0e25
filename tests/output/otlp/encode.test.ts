import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { encodeLogs, encodeMetrics, refusedBy } from "../../../src/output/otlp/encode.ts";
import { endedRows, logRecord } from "../../../src/output/otlp/log_records.ts";
import { OtlpMetrics } from "../../../src/output/otlp/metrics.ts";
import { resourceAttributes } from "../../../src/output/otlp/resource.ts";
import { attributesOf, decode, LOGS, METRICS } from "../../support/otlp_decode.ts";
import { fakeSample } from "../../view/fake_sample.ts";

const SAMPLE = fakeSample([
  { process: "cürl", rx: 2 ** 40 + 1, tx: 503, closed: true, established: true, ageMs: 1009, rttUs: 14000 },
  { process: "named", protocol: "udp", rx: 101, tx: 7, closed: true, state: "CLOSED", direction: "in" },
  { process: "open" },
]);
const RESOURCE = resourceAttributes(SAMPLE.host, { "deployment.environment.name": "test", "service.name": "mine" });

Deno.test("encodeLogs() has the same records as protobuf and as JSON", () => {
  const records = endedRows(SAMPLE, null).map((row) => logRecord(SAMPLE, row, null));
  const { resources: [{ resource, scopes: [{ records: decoded }] }] } = decode(
    encodeLogs(records, RESOURCE, "protobuf"),
    LOGS,
  );
  const json = JSON.parse(new TextDecoder().decode(encodeLogs(records, RESOURCE, "json"))).resourceLogs[0];
  const told = attributesOf(resource);
  deepStrictEqual(
    [told["service.name"], told["deployment.environment.name"], told["host.name"], told["host.arch"]],
    ["mine", "test", "h", "amd64"],
  );
  strictEqual(json.resource.attributes.length, Object.keys(told).length);
  strictEqual(decoded.length, 2);
  const [tcp, udp] = decoded, attributes = attributesOf(tcp);
  deepStrictEqual([tcp.event, udp.event], ["tcptop.connection.closed", "tcptop.udp_flow.expired"]);
  deepStrictEqual(
    [attributes["tcptop.rx_bytes"], attributes["tcptop.duration_us"], attributes["tcptop.process.name"]],
    [2 ** 40 + 1, 1_009_000, "cürl"],
  );
  strictEqual(tcp.time, SAMPLE.wallMs * 1e6);
  deepStrictEqual([attributes["client.port"], attributesOf(udp)["server.port"]], [51812, 51812]);
  const [first] = json.scopeLogs[0].logRecords;
  strictEqual(first.body.stringValue, tcp.body.string);
  strictEqual(
    first.attributes.find(({ key }: { key: string }) => key === "tcptop.rx_bytes").value.intValue,
    2 ** 40 + 1,
  );
});

Deno.test("encodeMetrics() writes both temporalities, and exponential histograms", () => {
  for (const delta of [false, true]) {
    const metrics = new OtlpMetrics({ choose: null, networks: null, explicit: false, delta });
    metrics.add(fakeSample([{ rxDelta: 2 ** 33 + 7, closed: true, established: true, rttUs: 250_000 }]));
    const bytes = encodeMetrics(metrics.collect(), RESOURCE, SAMPLE.wallMs, delta, "protobuf");
    const [{ scopes: [{ metrics: told }] }] = decode(bytes, METRICS).resources;
    // deno-lint-ignore no-explicit-any
    const named = (name: string) => told.find((metric: any) => metric.name === name);
    const { sum } = named("process.network.io"), { exponential } = named("obi.stat.tcp.rtt");
    deepStrictEqual([sum.temporality, sum.monotonic, exponential.temporality], delta ? [1, true, 1] : [2, true, 2]);
    strictEqual(sum.points[0].int, 2 ** 33 + 7);
    deepStrictEqual(
      [exponential.points[0].count, exponential.points[0].scale, exponential.points[0].positive.offset],
      [1, 20, -2 * 2 ** 20 - 1],
    );
    deepStrictEqual(exponential.points[0].positive.counts, [1]);
    // What is there is no difference.
    strictEqual(named("system.network.connection.count").sum.temporality, 2);
  }
});

Deno.test("refusedBy() reads how much a receiver did not take", () => {
  const partial = Uint8Array.of(0x0a, 7, 0x08, 31, 0x12, 3, 0x6f, 0x6c, 0x64);
  deepStrictEqual(refusedBy(partial, "logs", "protobuf"), { count: 31, why: "old" });
  deepStrictEqual(refusedBy(new Uint8Array(), "metrics", "protobuf"), { count: 0, why: "" });
  const json = new TextEncoder().encode('{"partialSuccess":{"rejectedDataPoints":"23"}}');
  deepStrictEqual(refusedBy(json, "metrics", "json"), { count: 23, why: "" });
});
