/** One host: its recorder by ssh, played into tables of its own, and started again whenever it ends. */
import { TcptopError } from "../../errors.ts";
import { unpackFlows } from "../../flow/columns.ts";
import { openStream } from "../../source/replay/platform.ts";
import { OtherRecords } from "../../source/recording/reader.ts";
import { otherVersion, refusal } from "../../source/ssh/refusal.ts";
import { type SshChild, SshChild as Child } from "../../source/ssh/child.ts";
import type { Note } from "../../system/source_info.ts";
import { nowMs, wallMs } from "../clock.ts";
import { Collector } from "../collector.ts";
import { ClockDistance } from "./clock_distance.ts";
import { HealthOfHost } from "./health.ts";
import type { EventsMessage, FromWorker, SampleMessage, WorkerOptions } from "../protocol.ts";

const FIRST_WAIT_MS = 1000, LAST_WAIT_MS = 30_000;
/** After so long with samples the wait begins anew. */
const WELL_AFTER_MS = 10_000;
const GIVEN_UP_AFTER_MS = 30_000, GIVEN_UP_INTERVALS = 3;
/** How long ssh may take to end once its output has. */
const END_WITHIN_MS = 2000;
/** No host has more flows, nor needs more bytes for a sample of them. */
const MOST = { flows: 1 << 18, sampleBytes: 128 << 20 };

/** Silence after which the connection is given up, though ssh still has it. */
export function givenUpAfterMs(intervalMs: number): number {
  return Math.max(GIVEN_UP_AFTER_MS, GIVEN_UP_INTERVALS * intervalMs);
}

export class Link {
  /** What has come and is yet to be merged. */
  waiting: SampleMessage | null = null;
  /** What has been merged last. */
  last: SampleMessage | null = null;
  /** Why there is nothing; null: there is, or will be. */
  problem: Note | null = null;
  /** When it was last heard: nowMs(), and ms since 1970; null: never. */
  heardMs: number | null = null;
  heardWallMs: number | null = null;
  /** To be added to its times. */
  offsetNs = 0;
  version: string | null = null;
  readonly health = new HealthOfHost();
  #collector: Collector | null = null;
  #child: SshChild | null = null;
  #clock = new ClockDistance();
  #stopped = false;
  #wake = () => {};

  /** `baseNs`: what the clock that offsetNs leads to says at nowMs() zero. */
  constructor(
    readonly name: string,
    readonly host: number,
    readonly options: WorkerOptions,
    readonly baseNs: number,
    readonly listener: {
      /** Something is new here. */
      changed(): void;
      /** The numbers of the host begin anew. */
      restarted(): void;
      events(message: EventsMessage): void;
    },
  ) {}

  /** Whether something is known of it: what it has, or why not. */
  get isAnswered(): boolean {
    return this.last !== null || this.waiting !== null || this.problem !== null;
  }

  /** By how much its clock is ahead of ours; null: not known. */
  get aheadMs(): number | null {
    return this.#clock.aheadMs;
  }

  /** Resolves when stop() has ended it. */
  async run(): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; !this.#stopped; waitMs = Math.min(waitMs * 2, LAST_WAIT_MS)) {
      const beganMs = nowMs();
      this.problem = await this.#once();
      if (this.#stopped) return;
      this.listener.changed();
      if ((this.heardMs ?? 0) - beganMs > WELL_AFTER_MS) waitMs = FIRST_WAIT_MS;
      await this.#sleep(waitMs);
    }
  }

  /** What was waiting has been merged. */
  merged(): void {
    const before = this.last;
    this.last = this.waiting;
    this.waiting = null;
    this.#collector?.taken(before?.sample.flows ?? new ArrayBuffer(0));
  }

  eventsTaken(events: SharedArrayBuffer, rows: number): void {
    this.#collector?.eventsTaken(events, rows);
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
    this.#collector?.stop();
    this.#child?.stop();
  }

  /** Why it ended. */
  async #once(): Promise<Note> {
    let child: SshChild | null = null, failure: unknown = new Error("its tcptop has ended");
    const beganMs = nowMs(), mostMs = givenUpAfterMs(this.options.intervalMs);
    const silence = setInterval(() => {
      if (nowMs() - Math.max(beganMs, this.heardMs ?? 0) > mostMs) child?.stop();
    }, 1000);
    try {
      child = this.#child = new Child(this.name, this.options);
      await this.#play(child);
    } catch (error) {
      failure = error;
    } finally {
      clearInterval(silence);
      this.#child = null;
    }
    const end = this.#stopped ? null : await child?.ended(END_WITHIN_MS) ?? null;
    await child?.stop();
    const cause = failure instanceof TcptopError ? failure.cause : null;
    if (cause instanceof OtherRecords) return otherVersion(this.name, cause.version);
    return refusal(this.name, this.options, end, failure);
  }

  async #play(child: SshChild): Promise<void> {
    const options = { path: this.name, paced: false, latest: true, most: MOST };
    const platform = await openStream(child.read, options, nowMs);
    if (this.#stopped) return;
    this.version = platform.version;
    this.listener.restarted();
    this.#clock = new ClockDistance();
    const replay = { path: "-", paced: false, still: false };
    const collector = new Collector(platform, { ...this.options, replay }, (message) => this.#receive(message));
    this.#collector = collector;
    try {
      await collector.run();
    } finally {
      this.#collector = null;
      this.health.restart();
    }
  }

  #receive(message: FromWorker): void {
    if (message.type === "events") return this.listener.events(message);
    if (message.type !== "sample") return;
    this.waiting = message;
    this.health.take(message.health);
    this.problem = null;
    this.heardMs = nowMs();
    this.heardWallMs = wallMs();
    const { wallMs: thereMs, timeNs } = message.sample;
    this.#clock.take({ wallMs: thereMs, timeMs: timeNs / 1e6 }, { wallMs: this.heardWallMs, timeMs: this.heardMs });
    const offsetNs = Math.round(this.baseNs + this.heardMs * 1e6 - message.sample.timeNs);
    // What it has for the time of a flow stays the same, and with it the flow's id, unless it has started anew.
    if (this.offsetNs === 0 || Math.abs(offsetNs - this.offsetNs) > GIVEN_UP_AFTER_MS * 1e6) this.offsetNs = offsetNs;
    this.listener.changed();
  }

  /** Its flows, of the sample that was merged last, but for those that had ended. */
  lastOpen():
    | { readonly length: number; readonly flows: ReturnType<typeof unpackFlows>; readonly rows: number[] }
    | null {
    if (this.last === null) return null;
    const { length, flows: buffer, room } = this.last.sample, flows = unpackFlows(buffer, length, room);
    const rows: number[] = [];
    for (let row = 0; row < length; row++) if (flows.closed[row] === 0) rows.push(row);
    return { length, flows, rows };
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
