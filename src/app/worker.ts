/** The Worker: owns the source and the tables, drains, and sends one sample an interval. */
import { Decoder } from "../decode/decode.ts";
import { unpackFlows } from "../flow/columns.ts";
import { FlowTables } from "../flow/tables.ts";
import { ExitStatus, TcptopError } from "../errors.ts";
import { openPlatform, type Platform, type SelfUse } from "../source/platform.ts";
import type { FlowSource } from "../source/source.ts";
import { nowMs } from "./clock.ts";
import type { FromWorker, SampleMessage, ToWorker, WorkerOptions } from "./protocol.ts";
import { Users } from "./users.ts";

declare const self: {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  close(): void;
};

/** The ring is looked at this often even when nothing has woken us: a record waits no longer than this. */
const DRAIN_EVERY_MS = 100;

class Session {
  readonly #tables = new FlowTables();
  readonly #decoder = new Decoder(this.#tables);
  #use: SelfUse | null = null;
  #taken = true;
  #stopped = false;
  #intervalMs: number;

  constructor(readonly platform: Platform, intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  taken(): void {
    this.#taken = true;
  }
  interval(ms: number): void {
    this.#intervalMs = ms;
  }
  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    const source = this.platform.openSource();
    const users = new Users((uid) => this.platform.userName(uid));
    try {
      let dueMs = nowMs();
      for (let more = true; more && !this.#stopped;) {
        if (this.#isDue(source, dueMs)) {
          this.#sample(source, users);
          // Kept to the grid of the first sample, so that samples do not drift; after a stall, one from now.
          dueMs = Math.max(dueMs + this.#intervalMs, nowMs());
        }
        const waitMs = source.pace ? DRAIN_EVERY_MS : Math.min(DRAIN_EVERY_MS, Math.max(1, dueMs - nowMs()));
        more = await source.wait(waitMs);
        source.drain((records) => this.#decoder.decode(records));
      }
    } finally {
      await source.close();
    }
  }

  /** A source with a pace of its own is sampled when it has news, the one nearest to the moment that was meant. */
  #isDue({ pace }: FlowSource, dueMs: number): boolean {
    if (!this.#taken) return false;
    return pace === undefined ? nowMs() >= dueMs : pace.hasNews && nowMs() >= dueMs - pace.everyMs / 2;
  }

  #sample(source: FlowSource, users: Users): void {
    source.snapshot((records) => this.#decoder.decode(records));
    if (this.#tables.tcp.takeStrangers() > 0) source.describeAgain();
    const sample = this.#tables.takeSample();
    const message: SampleMessage = {
      type: "sample",
      sample,
      source: source.info,
      health: { ...sample.health, recordsInvalid: this.#decoder.invalid },
      ...this.#ownCost(),
      users: users.discover(unpackFlows(sample.flows, sample.length).uid, sample.length),
      processes: this.platform.newProcessNames?.() ?? [],
    };
    this.#taken = false;
    self.postMessage(message, [sample.flows]);
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
  else if (data.type === "taken") session?.taken();
  else if (data.type === "interval") session?.interval(data.ms);
  else session?.stop();
};

async function start(options: WorkerOptions): Promise<void> {
  try {
    session = new Session(await openPlatform(Deno.build.os, options), options.intervalMs);
    await session.run();
    self.postMessage({ type: "stopped" });
  } catch (error) {
    self.postMessage({ type: "failed", ...describe(error) });
  }
  self.close();
}

function describe(error: unknown): { message: string; status: ExitStatus; detail: string } {
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof TcptopError ? error.status : ExitStatus.failed;
  const cause = error instanceof Error && error.cause instanceof Error ? `\n${error.cause.message}` : "";
  return { message, status, detail: (error instanceof Error ? error.stack ?? message : message) + cause };
}
