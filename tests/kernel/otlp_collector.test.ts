/** The OpenTelemetry Collector decodes what it is sent, and has what the workload moved. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Collector, collectorProgram, objections, type Written } from "../support/otel_collector.ts";
import { Program, until } from "../support/program.ts";
import { Workload } from "../support/workload.ts";

const COUNT = 101, BYTES = 1009;
/** Other workloads may run on the machine. */
const EXE = `wl${Deno.pid}`;
const EXAMPLE = new URL("../../examples/fleet/collector.yaml", import.meta.url).pathname;
/** By the name of the service. */
const WAYS = {
  protobuf: "OTEL_EXPORTER_OTLP_COMPRESSION=gzip",
  json: "OTEL_EXPORTER_OTLP_PROTOCOL=http/json",
} as const;

const found = await collectorProgram();
const path = "path" in found ? found.path : "", ignore = "why" in found;
const named = (name: string) => "why" in found ? `${name} (not tried: ${found.why})` : name;

const plain = ({ stringValue, intValue, doubleValue, boolValue }: Written) =>
  stringValue ?? (intValue === undefined ? doubleValue ?? boolValue : Number(intValue));
const attributesOf = ({ attributes }: Written): Written =>
  Object.fromEntries(attributes.map(({ key, value }: Written) => [key, plain(value)]));

/** Of the service. */
function recordsOf(written: readonly Written[], service: string): Written[] {
  return written.flatMap(({ resourceLogs = [] }) => resourceLogs).filter(({ resource }) =>
    attributesOf(resource)["service.name"] === service
  ).flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }: Written) => logRecords));
}

const RECORDS = "--otlp: the Collector has a record of each end, whole, and the workload's bytes, exactly";
Deno.test({ name: named(RECORDS), ignore }, async () => {
  await using collector = await Collector.start(path);
  await using all = new AsyncDisposableStack();
  const programs = Object.entries(WAYS).map(([service, variable]) => {
    const shell = `OTEL_SERVICE_NAME=${service} OTEL_METRIC_EXPORT_INTERVAL=300 ${variable} exec "$@"`;
    return all.use(new Program(["--otlp", collector.url, "-i", "200ms", "--filter", `exe=${EXE}`], shell));
  });
  for (const service of Object.keys(WAYS)) {
    await until(
      `metrics of ${service}`,
      async () => (await collector.metrics())!.includes(`service_name="${service}"`),
    );
  }
  await using workload = await Workload.startNamed(EXE, "short", "--count", COUNT, "--bytes", BYTES);
  const { client } = await workload.until("done");
  const wanted = { transmit: client.sent, receive: client.read };
  for (const service of Object.keys(WAYS)) {
    for (const [direction, bytes] of Object.entries(wanted)) {
      await until(`bytes of ${service}`, async () => await ioBytes(collector, service, direction) === bytes);
    }
  }
  for (const program of programs) {
    await program.signal("SIGTERM");
    deepStrictEqual(await program.ended(), { code: 0, stdout: "", stderr: "" });
  }
  const written = await collector.written();
  for (const service of Object.keys(WAYS)) {
    const ends = recordsOf(written, service).map((record) => ({ record, attributes: attributesOf(record) })).filter((
      { attributes },
    ) => attributes["tcptop.process.name"] === "wl-client");
    const sum = (name: string) => ends.reduce((sum, { attributes }) => sum + attributes[name], 0);
    strictEqual(ends.length, COUNT);
    strictEqual(new Set(ends.map(({ attributes }) => attributes["tcptop.flow.id"])).size, COUNT);
    deepStrictEqual([sum("tcptop.tx_bytes"), sum("tcptop.rx_bytes")], [client.sent, client.read]);
    for (const { record, attributes } of ends) {
      strictEqual(record.eventName, "tcptop.connection.closed");
      match(record.body.stringValue, /^TCP 127\.\S+ 127\.\S+ wl-client: /);
      match(attributes["network.community_id"], /^1:[\w+/]{27}=$/);
      strictEqual(BigInt(record.timeUnixNano) <= BigInt(record.observedTimeUnixNano), true);
    }
  }
});

Deno.test({ name: named("examples/fleet/collector.yaml is a configuration of the Collector"), ignore }, async () => {
  strictEqual(await objections(path, EXAMPLE), "");
});

/** Of the workload's clients, as the Collector tells Prometheus. */
async function ioBytes(collector: Collector, service: string, direction: string): Promise<number> {
  const lines = (await collector.metrics())!.split("\n").filter((line) =>
    line.startsWith("process_network_io_bytes_total{") && line.includes('tcptop_process_name="wl-client"') &&
    line.includes(`service_name="${service}"`) && line.includes(`network_io_direction="${direction}"`)
  );
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
