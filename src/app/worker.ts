/** The Worker: owns the source and the tables, drains, and sends one sample an interval. */
import { Decoder } from "../decode/decode.ts";
import { unpackFlows } from "../flow/columns.ts";
import { EventLog, type PackedEvents, unpackEvents } from "../flow/event_log.ts";
import { FlowTables } from "../flow/tables.ts";
import { errorText, ExitStatus, TcptopError } from "../errors.ts";
import { OutputFile } from "../system/output_file.ts";
import { RecordingPlatform } from "../source/recording/recorder.ts";
import { VERSION } from "../version.ts";
import { openPlatform } from "./platform.ts";
import type { Platform } from "../source/platform.ts";
import type { SelfUse } from "../system/self_use.ts";
import type { FlowSource } from "../source/source.ts";
import { Cgroups, NO_NEW_CGROUPS } from "./cgroups.ts";
import { nowMs } from "./clock.ts";
import { nextDueMs } from "./due.ts";
import { outputFiles } from "./files.ts";
import { EventPump } from "./event_pump.ts";
import type { FromWorker, SampleMessage, ToWorker, WorkerOptions } from "./protocol.ts";
import { Programs } from "./programs.ts";
import { type NetworkNamespaces, timeWaits } from "./time_wait.ts";
import { Users } from "./users.ts";

declare const self: {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  close(): void;
};

/** The ring is looked at this often even when nothing has woken us. Events are to be told soon; samples have time, and each look a second
 * costs 0.04 % of a core. UDP flows must not fill their table meanwhile: there is room for 260,000 new ones a second. */
const DRAIN_EVERY_MS = 250;
const DRAIN_EVENTS_EVERY_MS = 100;

/** So long a sample waits for login names that nobody has asked for before. */
const NAMES_WITHIN_MS = 50;

class Session {
  readonly #events: EventPump | null;
  readonly #tables: FlowTables;
  readonly #decoder: Decoder;
  readonly #users: Users;
  readonly #cgroups: Cgroups | null;
  readonly #programs: Programs;
  readonly #namespaces: NetworkNamespaces | null;
  #use: SelfUse | null = null;
  #taken = true;
  /** The memory of a sample that has been taken. */
  #spare: ArrayBuffer | null = null;
  #stopped = false;
  #dueMs = 0;
  #intervalMs: number;
  #source: FlowSource | null = null;
  readonly #drainEveryMs: number;

  constructor(readonly platform: Platform, { intervalMs, events }: WorkerOptions) {
    this.#intervalMs = intervalMs;
    this.#drainEveryMs = events ? DRAIN_EVENTS_EVERY_MS : DRAIN_EVERY_MS;
    this.#users = new Users((uid) => platform.userName(uid));
    this.#cgroups = platform.cgroups ? new Cgroups(platform.cgroups, nowMs) : null;
    const log = events ? new EventLog() : null;
    this.#tables = new FlowTables(log);
    this.#programs = new Programs(
      (flows, row) => this.#tables.executables.of(flows, row),
      (pid, startNs) => platform.argumentNames?.(pid, startNs) ?? null,
    );
    this.#namespaces = platform.timeWaits === undefined
      ? null
      : { own: platform.networkNamespace?.() ?? 0, timeWaits: (pid) => platform.timeWaits!(pid) };
    this.#decoder = new Decoder(this.#tables);
    this.#events = log && new EventPump(log, (batch) => this.#sendEvents(batch));
  }

  taken(flows: ArrayBuffer): void {
    this.#taken = true;
    this.#spare = flows;
    if (nowMs() >= this.#dueMs) this.#source?.wake?.();
  }
  eventsTaken(): void {
    this.#events?.taken();
  }
  interval(ms: number): void {
    this.#intervalMs = ms;
    // Whoever asks for shorter ones does not wait for the end of a long one.
    this.#dueMs = Math.min(this.#dueMs, nowMs() + ms);
    this.#source?.wake?.();
  }
  command(pid: number, startNs: number): void {
    self.postMessage({ type: "command", pid, startNs, line: this.platform.commandLine?.(pid, startNs) ?? null });
  }
  stop(): void {
    this.#stopped = true;
    this.#source?.wake?.();
  }

  async run(): Promise<void> {
    const source = this.#source = this.platform.openSource();
    try {
      this.#dueMs = nowMs();
      for (let more = true; more && !this.#stopped;) {
        if (this.#isDue(source)) {
          await this.#sample(source);
          this.#dueMs = nextDueMs(this.#dueMs, this.#intervalMs, nowMs());
        }
        more = await source.wait(this.#waitMs(source));
        source.drain((records) => this.#decoder.decode(records));
        this.#events?.drained();
      }
    } finally {
      this.#events?.flush();
      await source.close();
    }
  }

  /** Until the next sample is due, if that is soon. One that is due but waits for the one before to be taken is woken for. */
  #waitMs({ pace, wake }: FlowSource): number {
    const longestMs = wake === undefined ? DRAIN_EVENTS_EVERY_MS : this.#drainEveryMs, untilMs = this.#dueMs - nowMs();
    return pace !== undefined || untilMs <= 0 && !this.#taken ? longestMs : Math.min(longestMs, Math.max(1, untilMs));
  }

  /** A source with a pace of its own is sampled when it has news, the one nearest to the moment that was meant. */
  #isDue({ pace }: FlowSource): boolean {
    if (!this.#taken) return false;
    return pace === undefined ? nowMs() >= this.#dueMs : pace.hasNews && nowMs() >= this.#dueMs - pace.everyMs / 2;
  }

  async #sample(source: FlowSource): Promise<void> {
    source.snapshot((records) => this.#decoder.decode(records));
    if (this.#tables.tcp.takeStrangers() > 0) source.describeAgain();
    const sample = this.#tables.takeSample(this.#spare), flows = unpackFlows(sample.flows, sample.length);
    await this.#users.ask(flows.uid, sample.length, NAMES_WITHIN_MS);
    const message: SampleMessage = {
      type: "sample",
      host: this.platform.host,
      sample,
      source: source.info,
      health: { ...sample.health, recordsInvalid: this.#decoder.invalid + (source.invalid ?? 0) },
      ...this.#ownCost(),
      timeWait: this.#namespaces && timeWaits(flows, sample.length, this.#namespaces),
      synRecv: source.synRecv ?? null,
      users: this.#users.take(),
      cgroups: this.#cgroups?.fill(flows, sample.length) ?? NO_NEW_CGROUPS,
      programs: this.#programs.fill(flows, sample.length),
      processes: this.platform.newProcessNames?.() ?? [],
    };
    this.#taken = false;
    this.#spare = null;
    self.postMessage(message, [sample.flows]);
  }

  #sendEvents(batch: PackedEvents): void {
    const events = unpackEvents(batch);
    // Whoever is not known by now is told of with a later batch.
    this.#users.ask(events.uid, batch.length, 0);
    self.postMessage({
      type: "events",
      batch,
      bootWallMs: this.#tables.bootWallMs,
      users: this.#users.take(),
      cgroups: this.#cgroups?.fill(events, batch.length) ?? NO_NEW_CGROUPS,
      programs: this.#programs.fill(events, batch.length),
      processes: this.platform.newProcessNames?.() ?? [],
    }, [batch.events]);
  }

  #ownCost(): { selfCpuPercent: number; selfRssBytes: number } {
    const before = this.#use, use = this.#use = this.platform.selfUse();
    const share = before === null ? 0 : (use.cpuNs - before.cpuNs) / (use.nowNs - before.nowNs);
    return { selfCpuPercent: Math.round(share * 1000) / 10, selfRssBytes: use.residentBytes };
  }
}

let session: Session | null = null;

self.onmessage = async ({ data }) => {
  if (data.type === "start") await start(data.options);
  else if (data.type === "taken") session?.taken(data.flows);
  else if (data.type === "eventsTaken") session?.eventsTaken();
  else if (data.type === "interval") session?.interval(data.ms);
  else if (data.type === "command") session?.command(data.pid, data.startNs);
  else if (data.type === "there") self.postMessage({ type: "here" });
  else session?.stop();
};

/** What nobody catches: Deno would say it across the screen, with a stack trace. */
for (const type of ["error", "unhandledrejection"] as const) {
  addEventListener(type, (event: Event) => {
    event.preventDefault();
    const error = event instanceof ErrorEvent ? event.error : (event as PromiseRejectionEvent).reason;
    self.postMessage({ type: "failed", ...describe(error) });
  });
}

async function start(options: WorkerOptions): Promise<void> {
  try {
    const platform = await openPlatform(Deno.build.os, options);
    session = new Session(options.record ? await recording(platform, options.record, options) : platform, options);
    await session.run();
    self.postMessage({ type: "stopped" });
  } catch (error) {
    self.postMessage({ type: "failed", ...describe(error) });
  }
  self.close();
}

/** The file is opened before anything is loaded, and with the rights of who started us. */
async function recording(
  platform: Platform,
  { path, owner }: NonNullable<WorkerOptions["record"]>,
  options: WorkerOptions,
): Promise<Platform> {
  return new RecordingPlatform(platform, new OutputFile(path, owner, await outputFiles(options), true), VERSION, nowMs);
}

function describe(error: unknown): { message: string; status: ExitStatus; detail: string } {
  const message = errorText(error), status = error instanceof TcptopError ? error.status : ExitStatus.failed;
  const cause = error instanceof Error && error.cause instanceof Error ? `\n${error.cause.message}` : "";
  return { message, status, detail: (error instanceof Error ? error.stack ?? message : message) + cause };
}
