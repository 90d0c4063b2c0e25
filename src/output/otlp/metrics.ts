/** Samples as the metrics of OpenTelemetry: names of the semantic conventions, or of OBI, where they mean the same thing; else our own. */
import type { Sample } from "../../flow/sample.ts";
import { endOf } from "../../flow/end.ts";
import { connectUs } from "../../flow/path.ts";
import { hasFailed, isListener, isTcp, rttUs, rxDelta, txDelta } from "../../flow/row.ts";
import { directionName } from "../../view/flow.ts";
import type { Predicate } from "../../view/filter/fields.ts";
import type { Networks } from "../networks.ts";
import { type AttributeSet, NO_ATTRIBUTES } from "./attribute_set.ts";
import { Dimensions } from "./dimensions.ts";
import { ExplicitHistogram, ExponentialHistogram } from "./distribution.ts";
import { Growth } from "./growth.ts";
import { type Count, counter, Instrument, type Metric } from "./instrument.ts";
import { connectionCount } from "./connection_count.ts";
import { failureReason } from "./failure_reason.ts";

const DIRECTION = "network.io.direction", ROLE = "network.tcp.handshake.role";

export interface MetricsOptions {
  /** What of the flows counts; null: all. */
  readonly choose: Predicate | null;
  readonly networks: Networks | null;
  /** Histograms as Prometheus's text has them, else exponential ones. */
  readonly explicit: boolean;
  /** Each point tells what came since the one before, instead of since its start. */
  readonly delta: boolean;
  /** Attributes as labels of a text format: what would look the same there is one. */
  readonly asText?: boolean;
}

/** Counts since the start of the run. Sums of payload are exact. */
export class OtlpMetrics {
  readonly #dimensions: Dimensions;
  readonly #resent = new Growth();
  readonly #io = counter("process.network.io", "By", "Payload that processes sent and received.");
  readonly #tcpIo = counter("obi.stat.tcp.io", "By", "Payload of TCP connections.");
  readonly #retransmits = counter("obi.stat.tcp.retransmits", "", "Segments that TCP sent again.");
  readonly #failed = counter("obi.stat.tcp.failed.connections", "", "TCP connections that never were established.");
  readonly #ended = counter("tcptop.connection.ended", "{connection}", "TCP connections that have ended, by how.");
  readonly #opened = counter("tcptop.connection.opened", "{connection}", "TCP connections that were opened.");
  readonly #dropped = counter("tcptop.packet.dropped", "{packet}", "Packets that this machine's kernel threw away.");
  readonly #lost = counter("tcptop.record.lost", "{record}", "Records that found the ring buffer full.");
  readonly #rtt: Instrument<ExplicitHistogram | ExponentialHistogram>;
  readonly #handshake: Instrument<ExplicitHistogram | ExponentialHistogram>;
  #lostBefore = 0;
  #beganMs: number | null = null;
  /** When the last sample was, and what was there then: its flows are not kept. */
  #last: { readonly wallMs: number; readonly connections: Metric } | null = null;

  constructor(readonly options: MetricsOptions) {
    this.#dimensions = new Dimensions(options.networks, options.asText);
    const histogram = (name: string, description: string) =>
      new Instrument(
        { name, unit: "s", description },
        "histogram",
        () => options.explicit ? new ExplicitHistogram() : new ExponentialHistogram(),
      );
    this.#rtt = histogram("obi.stat.tcp.rtt", "Smoothed round-trip time of TCP connections, as they ended.");
    this.#handshake = histogram("tcptop.tcp.handshake.duration", "From the first SYN to the end of the handshake.");
  }

  /** The state found at the start: nothing of it has happened meanwhile. Each of several recordings has one, and counts from 0. */
  start(sample: Sample): void {
    this.#beganMs = sample.wallMs;
    this.#lostBefore = 0;
    this.#resent.look(sample, () => {});
  }

  add(sample: Sample): void {
    this.#beganMs ??= sample.wallMs - sample.intervalMs;
    this.#last = { wallMs: sample.wallMs, connections: connectionCount(sample, this.#beganMs) };
    this.#addTotals(sample);
    const { choose } = this.options, rows = sample.pastFrom ?? sample.length;
    for (let row = 0; row < rows; row++) {
      if (!isListener(sample.flows, row) && (choose === null || choose(sample, row))) this.#addFlow(sample, row);
    }
    this.#resent.look(sample, (row, more) => {
      if (choose === null || choose(sample, row)) {
        this.#of(this.#retransmits, this.#dimensions.of(sample, row), sample).value += more;
      }
    });
  }

  /** As of the last sample. */
  collect(): Metric[] {
    if (this.#last === null) return [];
    const { delta } = this.options, { wallMs, connections } = this.#last;
    const instruments = [
      this.#io,
      this.#tcpIo,
      this.#retransmits,
      this.#failed,
      this.#ended,
      this.#opened,
      this.#dropped,
      this.#lost,
      this.#rtt,
      this.#handshake,
    ];
    const metrics = instruments.map((instrument) => instrument.collect(wallMs, delta));
    return [...metrics, connections].filter(({ points }) => points.length > 0);
  }

  #addTotals(sample: Sample): void {
    const of = (instrument: Instrument<Count>, set = NO_ATTRIBUTES) => this.#of(instrument, set, sample);
    of(this.#opened).value += sample.opened;
    // Of several hosts one may have started anew, from 0.
    of(this.#lost).value += Math.max(0, sample.health.eventsLost - this.#lostBefore);
    this.#lostBefore = sample.health.eventsLost;
    for (const { reason, direction, packets } of sample.dropTotals ?? []) {
      let set = NO_ATTRIBUTES.with("tcptop.drop.reason", reason ?? "unknown");
      if (direction !== null) set = set.with(DIRECTION, direction === "in" ? "receive" : "transmit");
      of(this.#dropped, set).value += packets;
    }
  }

  #addFlow(sample: Sample, row: number): void {
    const { flows } = sample, rx = rxDelta(flows, row) ?? 0, tx = txDelta(flows, row) ?? 0;
    const tcp = isTcp(flows, row), ended = tcp && flows.closed[row] === 1;
    if (rx === 0 && tx === 0 && !ended) return;
    const own = this.#dimensions.of(sample, row);
    for (const [direction, bytes] of [["receive", rx], ["transmit", tx]] as const) {
      if (bytes === 0) continue;
      const set = own.with(DIRECTION, direction);
      this.#of(this.#io, set.with("network.transport", tcp ? "tcp" : "udp"), sample).value += bytes;
      if (tcp) this.#of(this.#tcpIo, set, sample).value += bytes;
    }
    if (ended) this.#addEnd(sample, row, own);
  }

  #addEnd(sample: Sample, row: number, own: AttributeSet): void {
    const { flows } = sample, end = endOf(flows, row);
    if (hasFailed(flows, row)) {
      this.#of(this.#failed, own.with("reason", failureReason(end)), sample).value++;
    } else {
      const how = own.with("tcptop.end.how", end?.how ?? "unknown").with("tcptop.end.by", end?.by ?? "unknown");
      this.#of(this.#ended, how, sample).value++;
    }
    const direction = directionName(flows, row);
    const role = direction === null ? "unknown" : direction === "outbound" ? "client" : "server";
    const rtt = rttUs(flows, row), handshake = connectUs(flows, row);
    if (rtt !== null) this.#of(this.#rtt, own.with(ROLE, role), sample).record(rtt / 1e6);
    if (handshake !== null) this.#of(this.#handshake, own.with(ROLE, role), sample).record(handshake / 1e6);
  }

  #of<S extends Count | ExplicitHistogram | ExponentialHistogram>(
    instrument: Instrument<S>,
    set: AttributeSet,
    { wallMs, intervalMs }: Sample,
  ): S {
    return instrument.of(set, wallMs - intervalMs, wallMs);
  }
}
