/** Samples on their way to a receiver of OpenTelemetry. Nothing here waits for it but close(). */
import { ExitStatus } from "../../errors.ts";
import type { Sample } from "../../flow/sample.ts";
import type { Attributes } from "../../output/otlp/attribute_set.ts";
import { encodeLogs, encodeMetrics, type Encoding, type Signal } from "../../output/otlp/encode.ts";
import { endedRows, logRecord } from "../../output/otlp/log_records.ts";
import { LogRequest } from "../../output/otlp/log_request.ts";
import { OtlpMetrics } from "../../output/otlp/metrics.ts";
import { resourceAttributes } from "../../output/otlp/resource.ts";
import { LostMetric } from "../../output/otlp/lost_metric.ts";
import type { Networks } from "../../output/networks.ts";
import { writeError } from "../../output/stderr.ts";
import type { Predicate } from "../../view/filter/fields.ts";
import { after, nowMs, wallMs } from "../clock.ts";
import type { Output } from "../output.ts";
import type { Shown } from "../told_names.ts";
import { Account } from "./account.ts";
import type { OtlpConfig } from "./config.ts";
import { Poster } from "./post.ts";
import { Queue } from "./queue.ts";
import { Sender } from "./sender.ts";

/** A request of so many records has half a megabyte or so; receivers take 20 as a rule, and a slow one is done with it in time. Each is copied as
 * it is sent, and the copies wait for the collector: twice as many take 22 MB more at most, and a twentieth less time a record. */
const MOST_RECORDS = 512;
const FLUSH_WITHIN_MS = 5000;
const FLUSH_STEP_MS = 20;
/** Who looks at a terminal that says nothing takes tcptop for stuck. */
const SAYS_AFTER_MS = 500;
const WAITS = `What the receiver has not taken yet is sent for up to ${FLUSH_WITHIN_MS / 1000} s; ^C ends that`;

type Moment = Pick<Sample, "wallMs" | "intervalMs" | "host" | "fleet">;

export class OtlpOutput implements Output {
  readonly #metrics: OtlpMetrics;
  readonly #request: LogRequest;
  readonly #lost = new LostMetric();
  readonly #account: Account;
  readonly #queue: Queue;
  readonly #senders: readonly Sender[];
  /** Without its flows, which are not kept. */
  #last: Moment | null = null;
  #collectedMs: number | null = null;
  #hurried = false;

  constructor(
    readonly config: OtlpConfig,
    readonly choose: Predicate | null,
    readonly networks: Networks | null,
    readonly names: Shown,
    /** One sample is all: who asked for it waits for it to arrive. */
    readonly once: boolean,
  ) {
    const { explicit, delta } = config;
    this.#metrics = new OtlpMetrics({ choose, networks, explicit, delta });
    this.#request = new LogRequest(networks);
    const account = this.#account = new Account(config);
    this.#queue = new Queue((waiting) => account.lost(waiting));
    const sender = (signal: Signal) => {
      const target = config[signal];
      if (target === null) return [];
      return [new Sender(signal, this.#queue, new Poster(target, signal, wallMs), account, after)];
    };
    this.#senders = [...sender("metrics"), ...sender("logs")];
  }

  start(sample: Sample): void {
    if (sample.isBeforePart) return;
    this.#collectedMs = sample.wallMs;
    this.#metrics.start(sample);
  }

  async sample(sample: Sample): Promise<void> {
    const { wallMs, intervalMs, host, fleet } = sample;
    this.#last = { wallMs, intervalMs, host, ...fleet === undefined ? {} : { fleet } };
    this.#collectedMs ??= sample.wallMs - sample.intervalMs;
    this.#metrics.add(sample);
    await this.#sendLogs(sample);
    if (sample.wallMs - this.#collectedMs >= this.config.intervalMs) this.#sendMetrics(sample);
  }

  /** Another output, whose samples tell how the sending goes. */
  beside(output: Output): Output {
    const { start, events, failed, ended, close } = output;
    return {
      ...start === undefined ? {} : { start: (sample) => output.start?.(sample) },
      ...events === undefined ? {} : { events: (batch) => output.events?.(batch) },
      ...failed === undefined ? {} : { failed: () => output.failed?.() },
      ...ended === undefined ? {} : { ended: (facts) => output.ended?.(facts) },
      ...close === undefined ? {} : { close: () => output.close?.() },
      sample: (sample, lent) => output.sample?.(this.#told(sample), lent),
      ...output.wantsCommands && { wantsCommands: true },
      get status() {
        return output.status ?? null;
      },
      get done() {
        return output.done ?? false;
      },
    };
  }

  get status(): ExitStatus | null {
    return this.once && this.#account.allLost > 0 ? ExitStatus.failed : null;
  }

  hurry(): void {
    this.#hurried = true;
  }

  /** What has not been sent by now is sent within FLUSH_WITHIN_MS, or counted as lost. */
  async close(): Promise<void> {
    if (this.#last !== null) this.#sendMetrics(this.#last);
    const beganMs = nowMs(), untilMs = beganMs + FLUSH_WITHIN_MS;
    let says = Deno.stderr.isTerminal();
    for (const sender of this.#senders) sender.ends(this.once);
    while (this.#isSending && !this.#hurried && nowMs() < untilMs) {
      if (says && nowMs() > beganMs + SAYS_AFTER_MS) {
        says = false;
        writeError(WAITS);
      }
      await new Promise<void>((done) => void after(FLUSH_STEP_MS, done));
    }
    this.#account.ending = true;
    await Promise.all(this.#senders.map((sender) => sender.stop()));
    this.#queue.clear();
    for (const sentence of this.#account.sentences()) writeError(sentence);
  }

  get #isSending(): boolean {
    return this.#senders.some(({ signal, hasGivenUp }) => !hasGivenUp && this.#queue.items(signal) > 0);
  }

  #told(sample: Sample): Sample {
    const { health, source } = sample, notes = this.#account.notes(this.#queue);
    return {
      ...sample,
      health: { ...health, otlpLost: this.#account.allLost },
      source: notes.length === 0 ? source : { ...source, notes: [...source.notes, ...notes] },
    };
  }

  #sendMetrics(sample: Moment): void {
    const { delta, metrics: { encoding } } = this.config;
    this.#collectedMs = sample.wallMs;
    const metrics = [...this.#metrics.collect(), this.#lost.collect(this.#account.losses(), sample, delta)];
    const resource = this.#resource(sample);
    const items = metrics.reduce((sum, { points }) => sum + points.length, 0);
    this.#send("metrics", encodeMetrics(metrics, resource, sample.wallMs, delta, encoding), items);
  }

  async #sendLogs(sample: Sample): Promise<void> {
    const { logs } = this.config;
    if (logs === null) return;
    const rows = endedRows(sample, this.choose), told = this.names(sample);
    const resource = this.#resource(sample);
    for (let at = 0; at < rows.length; at += MOST_RECORDS) {
      // What is under way gets its turn between the pieces of a large sample: else it would run out of time.
      if (at > 0) await new Promise<void>((done) => void after(0, done));
      const some = rows.slice(at, at + MOST_RECORDS);
      this.#send("logs", this.#encoded(told, some, resource, logs.encoding), some.length);
    }
  }

  #resource({ host, fleet }: Moment): Attributes {
    return resourceAttributes(host, this.config.resource, fleet !== undefined);
  }

  #encoded(sample: Sample, rows: readonly number[], resource: Attributes, encoding: Encoding): Uint8Array<ArrayBuffer> {
    if (encoding === "json") {
      return encodeLogs(rows.map((row) => logRecord(sample, row, this.networks)), resource, encoding);
    }
    for (const row of rows) this.#request.add(sample, row);
    return this.#request.take(resource);
  }

  #send(signal: Signal, body: Uint8Array<ArrayBuffer>, items: number): void {
    this.#queue.add({ signal, body, items });
    for (const sender of this.#senders) if (sender.signal === signal) sender.wake();
  }
}
