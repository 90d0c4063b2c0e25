import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { cgroupOf, NO_CGROUP } from "../../../src/flow/container.ts";
import type { Sample } from "../../../src/flow/sample.ts";
import { parseNetworks } from "../../../src/output/networks.ts";
import { NO_ATTRIBUTES } from "../../../src/output/otlp/attribute_set.ts";
import { type MetricsOptions, OtlpMetrics } from "../../../src/output/otlp/metrics.ts";
import { prometheusText } from "../../../src/output/otlp/prometheus.ts";
import { resourceAttributes } from "../../../src/output/otlp/resource.ts";
import { Errno } from "../../../src/wire/errno.ts";
import { End } from "../../../src/wire/layout.ts";
import { type FakeFlow, fakeSample } from "../../view/fake_sample.ts";

const ALL: MetricsOptions = { choose: null, networks: null, explicit: false, delta: false };

function metricsOf(samples: readonly Sample[], options: Partial<MetricsOptions> = {}): OtlpMetrics {
  const metrics = new OtlpMetrics({ ...ALL, ...options });
  for (const sample of samples) metrics.add(sample);
  return metrics;
}

/** Sum of the points of the metric that have these attributes. */
function sum(metrics: OtlpMetrics, name: string, wanted: Record<string, string> = {}): number {
  const points = metrics.collect().find((metric) => metric.name === name)?.points ?? [];
  return points.filter(({ attributes }) => Object.entries(wanted).every(([key, value]) => attributes[key] === value))
    .reduce((sum, { value }) => sum + (typeof value === "number" ? value : value.count), 0);
}

const FLOWS: FakeFlow[] = [
  { process: "curl", rxDelta: 1009, txDelta: 503, rttUs: 14000 },
  { process: "curl", rxDelta: 307, closed: true, established: true, rttUs: 14000 },
  { process: "named", protocol: "udp", rxDelta: 101, txDelta: 7 },
  { process: "idle" },
];

Deno.test("OtlpMetrics adds up payload by process, direction and transport", () => {
  const metrics = metricsOf([fakeSample(FLOWS), fakeSample(FLOWS)]);
  const curl = { "tcptop.process.name": "curl", "network.io.direction": "receive" };
  strictEqual(sum(metrics, "process.network.io", curl), 2 * 1316);
  strictEqual(sum(metrics, "process.network.io", { "network.transport": "udp" }), 2 * 108);
  strictEqual(sum(metrics, "obi.stat.tcp.io"), 2 * (1316 + 503));
  strictEqual(sum(metrics, "obi.stat.tcp.rtt", { "network.tcp.handshake.role": "client" }), 2);
  strictEqual(sum(metrics, "tcptop.connection.ended"), 2);
  strictEqual(sum(metrics, "process.network.io", { "tcptop.process.name": "idle" }), 0);
});

Deno.test("OtlpMetrics as text has one series for names that look the same there, and none with an empty label", () => {
  const flows = ["a\x1b", "a\u241b", "", null].map((process) => ({ process, rxDelta: 1009 }));
  const text = prometheusText(metricsOf([fakeSample(flows)], { explicit: true, asText: true }).collect(), true);
  deepStrictEqual(text.match(/(?<=process_network_io_bytes_total\{).*/g), [
    'tcptop_process_name="a\u241b",network_io_direction="receive",network_transport="tcp"} 2018',
    'network_io_direction="receive",network_transport="tcp"} 2018',
  ]);
});

Deno.test("OtlpMetrics takes nothing in a name for another attribute", () => {
  const of = (value: string) => NO_ATTRIBUTES.with("a", value);
  notStrictEqual(of("1 b=2").with("c", "3").key, of("1").with("b", "2 c=3").key);
});

Deno.test("OtlpMetrics counts what passes the filter alone", () => {
  const choose = (sample: Sample, row: number) => sample.flows.protocol[row] === 17;
  const metrics = metricsOf([fakeSample(FLOWS)], { choose });
  strictEqual(sum(metrics, "process.network.io"), 108);
  strictEqual(sum(metrics, "tcptop.connection.ended"), 0);
});

Deno.test("OtlpMetrics counts retransmits as they come, but none from before", () => {
  const metrics = new OtlpMetrics(ALL);
  const sample = (first: number, second: number, closed = false) =>
    fakeSample([{ retransmits: first, ageMs: 60_000 }, { retransmits: second, ageMs: 10, closed }]);
  metrics.start(fakeSample([{ retransmits: 5, ageMs: 60_000 }]));
  for (const [first, second, closed] of [[5, 0], [7, 3], [7, 3], [12, 4, true]] as const) {
    metrics.add(sample(first, second, closed));
  }
  strictEqual(sum(metrics, "obi.stat.tcp.retransmits"), 7 + 4);
  // A connection from before that is met late has an unknown past.
  metrics.add(fakeSample([{ cookie: 99, retransmits: 31 }]));
  strictEqual(sum(metrics, "obi.stat.tcp.retransmits"), 7 + 4);
});

Deno.test("OtlpMetrics has OBI's words for why connects fail", () => {
  const ends: [number, string][] = [
    [End.error | Errno.ECONNREFUSED, "refused"],
    [End.error | Errno.ECONNRESET, "reset"],
    [End.error | Errno.ETIMEDOUT, "timed-out"],
    [End.error | Errno.EHOSTUNREACH, "host-unreachable"],
    [End.error | Errno.ENETUNREACH, "net-unreachable"],
    [End.givenUp, "other"],
    [0, "unknown"],
  ];
  const sample = fakeSample(ends.map(() => ({ closed: true, established: false })));
  ends.forEach(([end], row) => sample.flows.end[row] = end);
  const metrics = metricsOf([sample]);
  for (const [, reason] of ends) strictEqual(sum(metrics, "obi.stat.tcp.failed.connections", { reason }), 1);
  strictEqual(sum(metrics, "tcptop.connection.ended"), 0);
});

Deno.test("OtlpMetrics tells pods, containers and networks by their names", () => {
  const ids = ["ab", "cd", "ef"].map((two) => two.repeat(32));
  const cgroups = [NO_CGROUP, ...ids.map((id) => cgroupOf(`/docker/${id}`))];
  const containers = new Map([[ids[0], "web"], [ids[1], "shop/cart-1/app"]]);
  const sample = fakeSample(ids.map(() => ({ txDelta: 1009 })), { cgroups, containers });
  ids.forEach((_, row) => sample.flows.cgroup[row] = row + 1);
  const metrics = metricsOf([sample], { networks: parseNetworks("n", "1.1.1.0/24 dns") });
  const names = { "tcptop.remote.network": "dns" };
  strictEqual(sum(metrics, "obi.stat.tcp.io", { ...names, "container.name": "web" }), 1009);
  strictEqual(
    sum(metrics, "obi.stat.tcp.io", { ...names, "k8s.namespace.name": "shop", "k8s.pod.name": "cart-1" }),
    1009,
  );
  strictEqual(sum(metrics, "obi.stat.tcp.io", { ...names, "container.id": ids[2] }), 1009);
});

Deno.test("OtlpMetrics has the number of connections of the last sample by state, without its flows", () => {
  const last = fakeSample([{ state: "LISTEN" }, { state: "LISTEN" }, {}], { timeWait: 31 });
  const metrics = metricsOf([fakeSample(FLOWS), last]);
  last.flows.state.fill(0);
  const count = (state: string) =>
    sum(metrics, "system.network.connection.count", { "network.connection.state": state });
  deepStrictEqual(["listen", "established", "time_wait", "closing"].map(count), [2, 1, 31, 0]);
});

Deno.test("prometheusText() gives the names that Prometheus gives to what comes by OTLP", () => {
  const text = prometheusText(metricsOf([fakeSample(FLOWS)], { explicit: true }).collect(), true);
  const lines = text.split("\n");
  const has = (line: string) => strictEqual(lines.includes(line), true, line);
  has("# TYPE process_network_io_bytes counter");
  has(
    'process_network_io_bytes_total{tcptop_process_name="curl",network_io_direction="receive",network_transport="tcp"} 1316',
  );
  has("# TYPE system_network_connection_count gauge");
  const labels = 'tcptop_process_name="curl",network_tcp_handshake_role="client"';
  has(`obi_stat_tcp_rtt_seconds_bucket{${labels},le="0.01"} 0`);
  has(`obi_stat_tcp_rtt_seconds_bucket{${labels},le="0.025"} 1`);
  has(`obi_stat_tcp_rtt_seconds_bucket{${labels},le="+Inf"} 1`);
  has(`obi_stat_tcp_rtt_seconds_sum{${labels}} 0.014`);
});

Deno.test("OtlpMetrics tells several hosts apart, and counts none of those that are silent", () => {
  const host = (name: string, staleSinceMs: number | null) => ({ name, staleSinceMs, aheadMs: 0, version: null });
  const sample = fakeSample([{ rxDelta: 101 }, { rxDelta: 103 }, { rxDelta: 0 }], {
    fleet: [host("db1", null), host("web1", null), host("web2", 1)],
  });
  [1, 2, 3].forEach((number, row) => sample.flows.host[row] = number);
  const metrics = metricsOf([sample]);
  deepStrictEqual(
    ["db1", "web1", "web2"].map((name) => [
      sum(metrics, "process.network.io", { "host.name": name }),
      sum(metrics, "system.network.connection.count", { "host.name": name }),
    ]),
    [[101, 1], [103, 1], [0, 0]],
  );
  strictEqual(sum(metrics, "system.network.connection.count"), 2);
  deepStrictEqual(Object.keys(resourceAttributes(sample.host, {}, true)), [
    "service.name",
    "service.version",
    "service.instance.id",
  ]);
});
