/** A database that takes OTLP has what the workload moved. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Program, until } from "../support/program.ts";
import { VictoriaMetrics, victoriaProgram } from "../support/victoria_metrics.ts";
import { Workload } from "../support/workload.ts";

const COUNT = 101;
/** Other workloads may run on the machine. */
const EXE = `wl${Deno.pid}`;
const EXPLICIT = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION=explicit_bucket_histogram";

const path = await victoriaProgram(),
  why = path === null ? " (not tried: trixie's victoria-metrics cannot be fetched)" : "";
const NAME = "--otlp: VictoriaMetrics has the workload's bytes and connections, exactly";

Deno.test({ name: NAME + why, ignore: path === null }, async () => {
  await using database = await VictoriaMetrics.start(path!);
  const args = [
    "--otlp",
    `${database.url}/opentelemetry`,
    "--otlp-logs",
    "off",
    "-i",
    "200ms",
    "--filter",
    `exe=${EXE}`,
  ];
  const run = (name: string, more: string) =>
    new Program(args, `OTEL_SERVICE_NAME=${name} OTEL_METRIC_EXPORT_INTERVAL=500 ${more} exec "$@"`);
  await using exponential = run("exponential", "OTEL_EXPORTER_OTLP_COMPRESSION=gzip");
  await using explicit = run("explicit", EXPLICIT);
  const opened = (job: string) => `tcptop_connection_opened_total{service_name="${job}"}`;
  for (const job of ["exponential", "explicit"]) {
    await until(`metrics of ${job}`, async () => await database.value(opened(job)) !== null);
  }
  await using workload = await Workload.startNamed(EXE, "short", "--count", COUNT, "--bytes", 1009);
  const { client } = await workload.until("done");
  const rtt = "obi_stat_tcp_rtt_seconds";
  for (const [job, program] of [["exponential", exponential], ["explicit", explicit]] as const) {
    const told = `tcptop_process_name="wl-client",service_name="${job}"`;
    const ended = `sum(tcptop_connection_ended_total{${told}})`;
    await until(`the ends in ${job}`, async () => await database.value(ended) === COUNT);
    await program.signal("SIGTERM");
    deepStrictEqual(await program.ended(), { code: 0, stdout: "", stderr: "" });
    const io = (direction: string) => `process_network_io_bytes_total{network_io_direction="${direction}",${told}}`;
    strictEqual(await database.value(io("transmit")), client.sent);
    strictEqual(await database.value(io("receive")), client.read);
    strictEqual(await database.value(`${rtt}_count{${told}}`), COUNT);
    strictEqual(await database.value(`sum(tcptop_otlp_lost_total{service_name="${job}"})`), 0);
  }
  strictEqual(
    await database.value(`${rtt}_bucket{le="+Inf",tcptop_process_name="wl-client",service_name="explicit"}`),
    COUNT,
  );
  strictEqual(await database.value(`sum(${rtt}_bucket{vmrange!="",tcptop_process_name="wl-client"})`), COUNT);
});
