import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { MAX_NAMES, Metrics } from "../../src/output/metrics.ts";
import { Limit } from "../../src/flow/limit.ts";
import { Overflows } from "../../src/flow/overflow_kind.ts";
import { Errno } from "../../src/wire/errno.ts";
import { End } from "../../src/wire/layout.ts";
import { fakeSample } from "../view/fake_sample.ts";
import { cgroupOf, NO_CGROUP } from "../../src/flow/container.ts";
import type { Sample } from "../../src/flow/sample.ts";

function metricsOf(...samples: ReturnType<typeof fakeSample>[]): Metrics {
  const metrics = new Metrics();
  for (const sample of samples) metrics.add(sample);
  return metrics;
}

/** The value of the line that begins so. */
const value = (metrics: Metrics, start: string) =>
  Number(metrics.text(true).split("\n").find((line) => line.startsWith(`${start} `))?.split(" ")[1]);

Deno.test("Metrics adds up what each process moved", () => {
  const sample = fakeSample([
    { process: "curl", rxDelta: 1009, txDelta: 503 },
    { process: "curl", rxDelta: 307, closed: true },
    { process: "sshd", txDelta: 101 },
  ]);
  const metrics = metricsOf(sample, sample);
  strictEqual(value(metrics, 'tcptop_process_receive_bytes_total{process="curl"}'), 2 * 1316);
  strictEqual(value(metrics, 'tcptop_process_transmit_bytes_total{process="curl"}'), 2 * 503);
  strictEqual(value(metrics, 'tcptop_process_closed_total{process="curl"}'), 2);
  strictEqual(value(metrics, 'tcptop_process_transmit_bytes_total{process="sshd"}'), 202);
  strictEqual(value(metrics, 'tcptop_receive_bytes_total{loopback="false"}'), 2 * 1316);
  strictEqual(value(metrics, 'tcptop_flows{protocol="tcp"}'), 3);
});

Deno.test("Metrics counts flows that are chosen alone, but for the totals of the machine", () => {
  const sample = fakeSample(
    [
      { process: "curl", rxDelta: 1009, txDelta: 503, closed: true, established: false },
      { process: "curl", protocol: "udp", rxDelta: 307 },
      { process: "sshd", txDelta: 101 },
    ],
    { opened: 5, closed: 7, failed: 11 },
  );
  const udp = new Metrics(null, ({ flows }, row) => flows.protocol[row] === 17);
  udp.add(sample);
  strictEqual(value(udp, 'tcptop_process_receive_bytes_total{process="curl"}'), 307);
  strictEqual(value(udp, 'tcptop_process_transmit_bytes_total{process="sshd"}'), NaN);
  strictEqual(value(udp, 'tcptop_receive_bytes_total{loopback="false"}'), 307);
  strictEqual(value(udp, "tcptop_outside_received_bytes_total"), 307);
  deepStrictEqual(["tcp", "udp"].map((protocol) => value(udp, `tcptop_flows{protocol="${protocol}"}`)), [0, 1]);
  deepStrictEqual(["opened", "closed", "failed"].map((what) => value(udp, `tcptop_connections_${what}_total`)), [
    5,
    7,
    11,
  ]);
  ok(!udp.text(true).includes("sshd"));
});

Deno.test("Metrics gives further names one label together", () => {
  const flows = Array.from({ length: MAX_NAMES + 23 }, (_, i) => ({ process: `p${i}`, rxDelta: 101 }));
  const metrics = metricsOf(fakeSample(flows));
  const series = metrics.text(true).split("\n").filter((line) =>
    line.startsWith("tcptop_process_receive_bytes_total{")
  );
  strictEqual(series.length, MAX_NAMES + 1);
  strictEqual(value(metrics, 'tcptop_process_receive_bytes_total{process="other"}'), 23 * 101);
});

Deno.test("Metrics lets a name go only when it has been still for an hour and its place is wanted", () => {
  const flows = Array.from({ length: MAX_NAMES }, (_, i) => ({ process: `p${i}`, rxDelta: 101 }));
  const metrics = metricsOf(fakeSample(flows)), wallMs = fakeSample([]).wallMs + 3_600_000;
  metrics.add(fakeSample([{ process: "late", rxDelta: 13 }], { wallMs: wallMs - 1 }));
  strictEqual(value(metrics, 'tcptop_process_receive_bytes_total{process="other"}'), 13);
  metrics.add(fakeSample([{ process: "late", rxDelta: 13 }], { wallMs }));
  strictEqual(value(metrics, 'tcptop_process_receive_bytes_total{process="late"}'), 13);
  strictEqual(value(metrics, 'tcptop_process_receive_bytes_total{process="p0"}'), NaN);
});

Deno.test("Metrics keeps a process name from breaking a line", () => {
  const text = metricsOf(fakeSample([{ process: 'a"b\\c\n} 1' }])).text(false);
  ok(text.includes('{process="a\\"b\\\\c␊} 1"} 0\n'));
});

Deno.test("Metrics.text() ends OpenMetrics as it must and names families as each format has them", () => {
  const metrics = metricsOf(fakeSample([{ process: "curl" }]));
  ok(metrics.text(true).endsWith("# EOF\n"));
  ok(metrics.text(true).includes("# TYPE tcptop_samples counter\n"));
  ok(metrics.text(false).includes("# TYPE tcptop_samples_total counter\n"));
});

Deno.test("Metrics.text() goes on counting for a container whose name arrives late, under its name", () => {
  const metrics = new Metrics(), id = "ab".repeat(32);
  const sample = (changes: Partial<ReturnType<typeof fakeSample>> = {}) => {
    const made = fakeSample([{ rxDelta: 1009 }], { cgroups: [NO_CGROUP, cgroupOf(`/docker/${id}`)], ...changes });
    made.flows.cgroup[0] = 1;
    return made;
  };
  metrics.add(sample());
  match(metrics.text(true), new RegExp(`tcptop_container_receive_bytes_total\\{container="${id}"\\} 1009\\n`));
  metrics.add(sample({ containers: new Map([[id, "web"]]) }));
  const text = metrics.text(true);
  match(text, /tcptop_container_receive_bytes_total\{container="web"\} 2018\n/);
  strictEqual(text.split("\n").some((line) => line.startsWith("tcptop_") && line.includes(id)), false);
});

/** A flow of each container, with and without the names. */
function ofContainers(ids: readonly string[], names: readonly string[], changes: Partial<Sample> = {}): Sample {
  const made = fakeSample(ids.map(() => ({ rxDelta: 101 })), {
    cgroups: [NO_CGROUP, ...ids.map((id) => cgroupOf(`/docker/${id}`))],
    containers: new Map(ids.slice(0, names.length).map((id, i) => [id, names[i]])),
    ...changes,
  });
  ids.forEach((_, i) => made.flows.cgroup[i] = i + 1);
  return made;
}

const idsOf = (count: number) => Array.from({ length: count }, (_, i) => i.toString(16).padStart(64, "0"));

Deno.test("Metrics.text() has counters of the first containers, however many others have come and gone", () => {
  const ids = idsOf(2 * MAX_NAMES + 2), metrics = metricsOf(ofContainers(ids, ids.map((_, i) => `web${i}`)));
  strictEqual(value(metrics, 'tcptop_container_receive_bytes_total{container="web0"}'), 101);
  strictEqual(value(metrics, `tcptop_container_receive_bytes_total{container="web${MAX_NAMES - 1}"}`), 101);
});

Deno.test("Metrics counts containers of one name together, and on when the first of them has long been gone", () => {
  const ids = idsOf(MAX_NAMES), web = 'tcptop_container_receive_bytes_total{container="web"}';
  const metrics = metricsOf(ofContainers(ids, []), ofContainers(ids, ids.map((_, i) => i < 2 ? "web" : `c${i}`)));
  strictEqual(value(metrics, web), 4 * 101);
  const wallMs = fakeSample([]).wallMs + 3_600_000, further = idsOf(MAX_NAMES + 9).slice(-9);
  metrics.add(ofContainers([ids[1], ...further], ["web"], { wallMs }));
  strictEqual(value(metrics, web), 5 * 101);
});

Deno.test("Metrics counts failed connects by reason, resets, and what listeners turned away", () => {
  const ended = { closed: true, state: "CLOSED" }, failed = { ...ended, established: false };
  const listener = { state: "LISTEN", remote: ["0.0.0.0", 0] } as const;
  const sample = fakeSample([failed, failed, failed, ended, ended, ended, listener, listener, {}, {}, {
    state: "CLOSE_WAIT",
  }]);
  const { flows } = sample;
  flows.end.set([
    End.error | Errno.ECONNREFUSED,
    End.givenUp,
    End.unknown,
    End.resetSent,
    End.error | Errno.ECONNRESET,
  ]);
  flows.end[5] = End.finPeer;
  flows.overflowsAre.set([Overflows.exact, Overflows.atMost], 6);
  flows.overflowsDelta.set([44, 7], 6);
  flows.limitedBy.set([Limit.reader, Limit.idle, Limit.reader], 8);
  const metrics = metricsOf(sample, sample), of = (name: string) => value(metrics, name);
  const failures = ["refused", "given_up", "unknown", "timeout"].map((reason) =>
    of(`tcptop_connections_failed_by_reason_total{reason="${reason}"}`)
  );
  deepStrictEqual(failures, [2, 2, 2, 0]);
  strictEqual(of('tcptop_connections_reset_total{by="local"}'), 2);
  strictEqual(of('tcptop_connections_reset_total{by="peer"}'), 2);
  strictEqual(of("tcptop_accept_queue_overflows_total"), 88);
  strictEqual(of("tcptop_accept_queue_overflows_at_most_total"), 102);
  strictEqual(of('tcptop_connections{state="ESTABLISHED"}'), 2);
  strictEqual(of('tcptop_connections{state="CLOSE_WAIT"}'), 1);
  strictEqual(of('tcptop_flows_limited{limited_by="reader"}'), 2);
  strictEqual(of('tcptop_flows_limited{limited_by="loss"}'), 0);
});
