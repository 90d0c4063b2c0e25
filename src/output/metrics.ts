/** Counters for Prometheus, as OpenMetrics or in the older text format. */
import type { Sample } from "../flow/sample.ts";
import type { Container } from "../view/flow.ts";
import { container as containerOf, processName, stateName } from "../view/flow.ts";
import { type Ended, endOf } from "../flow/end.ts";
import { Overflows } from "../flow/overflow_kind.ts";
import { hasFailed, isListener, isTcp, limitedBy, rxDelta, txDelta } from "../flow/row.ts";
import { LIMIT_WORDS } from "../view/group_reasons.ts";
import type { DropTotal } from "../flow/drop_list.ts";
import { harmless } from "../harmless.ts";
import type { Predicate } from "../view/filter/fields.ts";
import type { Networks } from "./networks.ts";
import { OtlpMetrics } from "./otlp/metrics.ts";
import { labelsText, prometheusText } from "./otlp/prometheus.ts";

/** Names that have counters of their own, of each kind; all further ones share `other`. */
export const MAX_NAMES = 100;
export const OTHER = "other";
/** A name that has moved nothing for so long gives its place to a new one. Its counters go away: they never run backwards. */
const IDLE_MS = 3_600_000;

/** Why connections fail; all that is none of them is `other`, and what is not known `unknown`. Each is there from the start: a counter begins at 0. */
const FAILURES = ["refused", "reset_received", "timeout", "unreachable", "given_up", "other", "unknown"];

function failureOf(end: Ended | null): string {
  if (end === null) return "unknown";
  return end.how !== null && FAILURES.includes(end.how) ? end.how : "other";
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Sums since the start, of one process name or container. */
interface Sums {
  rx: number;
  tx: number;
  closed: number;
  movedMs: number;
  /** Connections of the last sample, by state. */
  readonly states: Map<string, number>;
}

const noSums = (movedMs: number): Sums => ({ rx: 0, tx: 0, closed: 0, movedMs, states: new Map() });

/** Sums by name, of a bounded number of names. */
class NamedSums {
  readonly #sums = new Map<string, Sums>();

  of(name: string, nowMs: number): Sums {
    const known = this.#sums.get(name);
    if (known !== undefined) return known;
    if (name !== OTHER && this.#named() >= MAX_NAMES && !this.#evict(nowMs)) return this.of(OTHER, nowMs);
    const sums = noSums(nowMs);
    this.#sums.set(name, sums);
    return sums;
  }

  entries(): Iterable<[string, Sums]> {
    return this.#sums;
  }

  /** What was counted under one name goes on under another, beside what that has. */
  rename(from: string, to: string): void {
    const sums = this.#sums.get(from), there = this.#sums.get(to);
    if (sums === undefined) return;
    this.#sums.delete(from);
    if (there === undefined) return void this.#sums.set(to, sums);
    there.rx += sums.rx;
    there.tx += sums.tx;
    there.closed += sums.closed;
  }

  #named(): number {
    return this.#sums.size - (this.#sums.has(OTHER) ? 1 : 0);
  }

  #evict(nowMs: number): boolean {
    for (const [name, { movedMs }] of this.#sums) {
      if (name !== OTHER && nowMs - movedMs >= IDLE_MS) return this.#sums.delete(name);
    }
    return false;
  }
}

type Labels = Readonly<Record<string, string>>;

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly values: readonly (readonly [labels: Labels, value: number])[];
}

/** What has been seen since the start. Counters of a label never fall. */
export class Metrics {
  readonly #processes = new NamedSums();
  readonly #containers = new NamedSums();
  readonly #loopback = [noSums(0), noSums(0)];
  readonly #flows = { tcp: 0, udp: 0 };
  /** Connections of the last sample by state, and flows by what they waited for. */
  readonly #states = new Map<string, number>();
  readonly #limits = new Map<string, number>();
  readonly #failures = new Map<string, number>(FAILURES.map((reason) => [reason, 0]));
  readonly #resets = { local: 0, peer: 0 };
  #overflows = 0;
  #overflowsAtMost = 0;
  #opened = 0;
  #closed = 0;
  #failed = 0;
  #inside = 0;
  #byAddress = 0;
  readonly #outside = noSums(0);
  #lost = 0;
  /** The kernel has some hundred reasons. */
  readonly #dropped = new Map<string, { readonly labels: Labels; packets: number; bytes: number }>();
  #samples = 0;
  readonly #conventional: OtlpMetrics;

  /** `choose`: the flows that count, but for what is a total of the machine; null: all. */
  constructor(networks: Networks | null = null, readonly choose: Predicate | null = null) {
    this.#conventional = new OtlpMetrics({ choose, networks, explicit: true, delta: false, asText: true });
  }

  start(sample: Sample): void {
    this.#conventional.start(sample);
  }

  add(sample: Sample): void {
    this.#samples++;
    this.#conventional.add(sample);
    this.#opened += sample.opened;
    this.#closed += sample.closed;
    this.#failed += sample.failed;
    this.#lost = sample.health.eventsLost;
    for (const drop of sample.dropTotals ?? []) this.#addDrop(drop);
    this.#flows.tcp = this.#flows.udp = 0;
    this.#states.clear();
    for (const word of LIMIT_WORDS) this.#limits.set(word, 0);
    for (const [, { states }] of this.#processes.entries()) states.clear();
    const rows = sample.pastFrom ?? sample.length;
    for (let row = 0; row < rows; row++) {
      if (isListener(sample.flows, row)) this.#addListener(sample, row);
      else if (this.choose === null || this.choose(sample, row)) this.#addFlow(sample, row);
    }
  }

  /** `open`: as OpenMetrics 1.0, else as the text format 0.0.4. */
  text(open: boolean): string {
    const own = this.#families().map((family) => familyText(family, open)).join("");
    return own + prometheusText(this.#conventional.collect(), open) + (open ? "# EOF\n" : "");
  }

  #addDrop({ reason, direction, packets, bytes }: DropTotal): void {
    const key = `${reason} ${direction}`, labels = { reason: reason ?? "", direction: direction ?? "" };
    const sums = this.#dropped.get(key) ?? { labels, packets: 0, bytes: 0 };
    sums.packets += packets;
    sums.bytes += bytes ?? 0;
    this.#dropped.set(key, sums);
  }

  #addFlow(sample: Sample, row: number): void {
    const { flows } = sample, protocol = isTcp(flows, row) ? "tcp" : "udp", closed = flows.closed[row] === 1;
    const process = processName(sample, row), container = containerOf(sample, row);
    const loopback = flows.loopback[row] === 1, inside = flows.inside[row] === 1, state = stateName(flows, row);
    const rx = rxDelta(flows, row), tx = txDelta(flows, row), limit = limitedBy(flows, row);
    this.#flows[protocol]++;
    const ofProcess = this.#processes.of(harmless(process ?? ""), sample.wallMs);
    if (protocol === "tcp" && !closed) {
      increase(ofProcess.states, state);
      increase(this.#states, state);
    }
    if (limit !== null) increase(this.#limits, limit);
    if (closed && protocol === "tcp") this.#addEnd(sample, row);
    const all = [ofProcess, this.#loopback[loopback ? 1 : 0]];
    if (inside) {
      this.#inside += rx ?? 0;
      if (sample.flows.pair[row] === 0) this.#byAddress += rx ?? 0;
    } else all.push(this.#outside);
    if (container !== null) all.push(this.#container(container, sample.wallMs));
    for (const sums of all) {
      sums.rx += rx ?? 0;
      sums.tx += tx ?? 0;
      sums.closed += closed ? 1 : 0;
      if (closed || (rx ?? 0) + (tx ?? 0) > 0) sums.movedMs = sample.wallMs;
    }
  }

  #addEnd({ flows }: Sample, row: number): void {
    const end = endOf(flows, row);
    if (hasFailed(flows, row)) increase(this.#failures, failureOf(end));
    else if (end?.how === "reset_sent") this.#resets.local++;
    else if (end?.how === "reset_received") this.#resets.peer++;
  }

  #addListener({ flows }: Sample, row: number): void {
    if (flows.overflowsAre[row] === Overflows.exact) this.#overflows += flows.overflowsDelta[row];
    if (flows.overflowsAre[row] !== Overflows.unknown) this.#overflowsAtMost += flows.overflowsDelta[row];
  }

  /** By name, under which containers that are made again and again go on; by id until the name is known, which then has what was counted. */
  #container({ id, name }: Container, nowMs: number): Sums {
    if (name === null) return this.#containers.of(id, nowMs);
    const shown = harmless(name);
    if (shown !== id) this.#containers.rename(id, shown);
    return this.#containers.of(shown, nowMs);
  }

  #families(): Family[] {
    const counter = (name: string, help: string, values: Family["values"]): Family => ({
      name,
      help,
      type: "counter",
      values,
    });
    const named = (what: string, sums: readonly (readonly [string, Sums])[]) => {
      const of = (field: "rx" | "tx" | "closed") => sums.map(([name, s]) => [{ [what]: name }, s[field]] as const);
      const whose = `by ${what}; all beyond the first ${MAX_NAMES} are ${OTHER}`;
      return [
        counter(`tcptop_${what}_receive_bytes`, `Payload received, ${whose}.`, of("rx")),
        counter(`tcptop_${what}_transmit_bytes`, `Payload sent, ${whose}.`, of("tx")),
        counter(`tcptop_${what}_closed`, `Flows that have ended, ${whose}.`, of("closed")),
      ];
    };
    const both = (field: "rx" | "tx") =>
      this.#loopback.map((sums, loopback) => [{ loopback: loopback === 1 ? "true" : "false" }, sums[field]] as const);
    return [
      ...named("process", [...this.#processes.entries()]),
      ...named("container", [...this.#containers.entries()]),
      counter("tcptop_receive_bytes", "Payload received, all flows together.", both("rx")),
      counter("tcptop_transmit_bytes", "Payload sent, all flows together.", both("tx")),
      counter("tcptop_outside_received_bytes", "Payload received from outside of this machine.", [[
        {},
        this.#outside.rx,
      ]]),
      counter("tcptop_outside_sent_bytes", "Payload sent to the outside of this machine.", [[{}, this.#outside.tx]]),
      counter("tcptop_inside_bytes", "Payload between processes of this machine, each byte once.", [[
        {},
        this.#inside,
      ]]),
      counter("tcptop_inside_by_address_bytes", "Of these, received where the other end is not known.", [[
        {},
        this.#byAddress,
      ]]),
      counter("tcptop_connections_opened", "TCP connections that were opened.", [[{}, this.#opened]]),
      counter("tcptop_connections_closed", "TCP connections that have ended.", [[{}, this.#closed]]),
      counter("tcptop_connections_failed", "TCP connections that never were established.", [[{}, this.#failed]]),
      counter(
        "tcptop_dropped_packets",
        "TCP and UDP packets that this machine's kernel threw away, by its reason; direction is empty where they belong to no flow.",
        [...this.#dropped.values()].map(({ labels, packets }) => [labels, packets] as const),
      ),
      counter(
        "tcptop_dropped_bytes",
        "Payload of these packets.",
        [...this.#dropped.values()].map(({ labels, bytes }) => [labels, bytes] as const),
      ),
      counter(
        "tcptop_connections_failed_by_reason",
        "TCP connections that never were established, by reason: docs/why.md.",
        [...this.#failures].map(([reason, count]) => [{ reason }, count] as const),
      ),
      counter(
        "tcptop_connections_reset",
        "TCP connections that were established and ended by a reset, by who sent it.",
        [
          [{ by: "local" }, this.#resets.local],
          [{ by: "peer" }, this.#resets.peer],
        ],
      ),
      counter(
        "tcptop_accept_queue_overflows",
        "Attempts to connect that listeners turned away for a full accept queue.",
        [[
          {},
          this.#overflows,
        ]],
      ),
      counter(
        "tcptop_accept_queue_overflows_at_most",
        "The same with what listeners may have dropped for another reason.",
        [[{}, this.#overflowsAtMost]],
      ),
      counter("tcptop_records_lost", "Records that found the ring buffer full.", [[{}, this.#lost]]),
      counter("tcptop_samples", "Samples taken.", [[{}, this.#samples]]),
      {
        name: "tcptop_process_connections",
        help: "TCP connections in the last sample, by process and state.",
        type: "gauge",
        values: [...this.#processes.entries()].flatMap(([process, { states }]) =>
          [...states].map(([state, count]) => [{ process, state }, count] as const)
        ),
      },
      {
        name: "tcptop_connections",
        help: "TCP connections in the last sample, by state.",
        type: "gauge",
        values: [...this.#states].map(([state, count]) => [{ state }, count] as const),
      },
      {
        name: "tcptop_flows_limited",
        help: "Flows in the last sample, by what they waited for: docs/why.md.",
        type: "gauge",
        values: [...this.#limits].map(([limited_by, count]) => [{ limited_by }, count] as const),
      },
      {
        name: "tcptop_flows",
        help: "Flows in the last sample.",
        type: "gauge",
        values: [[{ protocol: "tcp" }, this.#flows.tcp], [{ protocol: "udp" }, this.#flows.udp]],
      },
    ];
  }
}

/** OpenMetrics names the family of a counter without _total, the older format with it. */
function familyText({ name, help, type, values }: Family, open: boolean): string {
  if (values.length === 0) return "";
  const sample = type === "counter" ? `${name}_total` : name, family = open ? name : sample;
  const lines = values.map(([labels, value]) => `${sample}${labelsText(labels)} ${value}\n`);
  return `# HELP ${family} ${help}\n# TYPE ${family} ${type}\n${lines.join("")}`;
}
