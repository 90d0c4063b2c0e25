/** What is sent, read by OpenTelemetry's own protobuf definitions, as earlier versions of its serialiser carry them in generated code. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import definitions from "otlp-definitions";
import { encodeMetrics } from "../../../src/output/otlp/encode.ts";
import { endedRows } from "../../../src/output/otlp/log_records.ts";
import { LogRequest } from "../../../src/output/otlp/log_request.ts";
import { OtlpMetrics } from "../../../src/output/otlp/metrics.ts";
import { resourceAttributes } from "../../../src/output/otlp/resource.ts";
import { type FakeFlow, fakeSample } from "../../view/fake_sample.ts";

// deno-lint-ignore no-explicit-any
const { logs, metrics } = (definitions as any).opentelemetry.proto.collector;
const COUNT = 1009;
const FLOWS = Array.from({ length: COUNT }, (_, i): FakeFlow => ({
  process: i % 3 === 0 ? "cürl" : "wl-client",
  protocol: i % 7 === 0 ? "udp" : "tcp",
  rx: 2 ** 40 + i,
  rxDelta: 101 + i,
  tx: i,
  ageMs: i,
  rttUs: 14 + i,
  closed: true,
  established: i % 5 !== 0,
}));
const SAMPLE = fakeSample(FLOWS), RESOURCE = resourceAttributes(SAMPLE.host, {});

/** What the definitions read, and whether they write the same bytes of it: a field that they do not have would be missing. */
// deno-lint-ignore no-explicit-any
function read(message: any, bytes: Uint8Array): any {
  const decoded = message.decode(bytes);
  deepStrictEqual(new Uint8Array(message.encode(decoded).finish()), bytes);
  return message.toObject(decoded, { longs: Number });
}

Deno.test("OpenTelemetry's definitions have every log record and every field of it", () => {
  const request = new LogRequest(null);
  for (const row of endedRows(SAMPLE, null)) request.add(SAMPLE, row);
  const { resourceLogs: [{ scopeLogs: [{ scope, logRecords }] }] } = read(
    logs.v1.ExportLogsServiceRequest,
    request.take(RESOURCE).slice(),
  );
  deepStrictEqual([scope.name, logRecords.length], ["tcptop", COUNT]);
  // deno-lint-ignore no-explicit-any
  logRecords.forEach(({ attributes, timeUnixNano }: any, i: number) => {
    // deno-lint-ignore no-explicit-any
    const value = (name: string) => attributes.find(({ key }: any) => key === name).value;
    deepStrictEqual([value("tcptop.rx_bytes").intValue, value("tcptop.tx_bytes").intValue], [2 ** 40 + i, i]);
    deepStrictEqual(value("tcptop.process.name").stringValue, FLOWS[i].process);
    strictEqual(timeUnixNano, SAMPLE.wallMs * 1e6);
  });
});

Deno.test("OpenTelemetry's definitions have every metric, with both kinds of histograms", () => {
  for (const explicit of [false, true]) {
    const all = new OtlpMetrics({ choose: null, networks: null, explicit, delta: false });
    all.add(SAMPLE);
    const bytes = encodeMetrics(all.collect(), RESOURCE, SAMPLE.wallMs, false, "protobuf");
    const { resourceMetrics: [{ scopeMetrics: [{ metrics: told }] }] } = read(
      metrics.v1.ExportMetricsServiceRequest,
      bytes,
    );
    // deno-lint-ignore no-explicit-any
    const named = (name: string): any => told.find((metric: { name: string }) => metric.name === name);
    // deno-lint-ignore no-explicit-any
    const sum = named("process.network.io").sum.dataPoints.reduce((sum: number, { asInt }: any) => sum + asInt, 0);
    strictEqual(sum, FLOWS.reduce((sum, { rxDelta }) => sum + rxDelta!, 0));
    strictEqual("histogram" in named("obi.stat.tcp.rtt"), explicit);
  }
});
