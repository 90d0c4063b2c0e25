/** Several hosts in the place of one source: the Worker's end of the messages while --hosts is given. */
import { ExitStatus, TcptopError } from "../../errors.ts";
import { unpackEvents } from "../../flow/event_log.ts";
import { Fleet, type Part, settle, still } from "../../flow/fleet.ts";
import { FLOW_SCHEMA, pack, unpackFlows } from "../../flow/columns.ts";
import { type HostState, numberOf, textOf } from "../../flow/host.ts";
import type { Drops } from "../../flow/drop_list.ts";
import type { Health } from "../../flow/sample.ts";
import { thisHost } from "../../system/host.ts";
import { runtimeSelfUse, type SelfUse } from "../../system/self_use.ts";
import type { KillTarget } from "../../system/kill.ts";
import type { SourceInfo } from "../../system/source_info.ts";
import { nowMs, wallMs } from "../clock.ts";
import type { EventsMessage, FromWorker, SampleMessage, WorkerOptions } from "../protocol.ts";
import { Link } from "./link.ts";
import type { FleetMemory } from "./memory.ts";
import type { Step } from "../../view/screen/moment.ts";
import { CgroupNumbers, NamesOfHost, noNames } from "./names.ts";
import { dropTotals } from "./drop_totals.ts";
import { FleetDue } from "./due.ts";
import { healthSum } from "../../flow/health.ts";
import { notesOf, notesOfAll } from "./notes.ts";

/** Hosts have started at different times, which become one: that of nowMs(), and this much, so that few are below zero. */
const BASE_NS = 4e15;
/** The first sample waits so long for hosts that have not answered: on a screen they come when they do. */
const FIRST_WITHIN_MS = 20_000, FIRST_ON_SCREEN_MS = 1500;
/** A host without news for so many intervals, and so long, is silent. */
const STALE_INTERVALS = 3, STALE_LEAST_MS = 3000;

export class FleetCollector {
  readonly #links: Link[];
  readonly #names: NamesOfHost[];
  readonly #cgroups = new CgroupNumbers();
  readonly #fleet = new Fleet();
  /** Lists of what was dropped, of rows that may still be held back. */
  #drops = new Map<number, Drops>();
  #dropsBefore = new Map<number, Drops>();
  #number = 0;
  #beganMs = nowMs();
  #beforeMs = 0;
  readonly #due = new FleetDue();
  #intervalMs: number;
  #taken = true;
  #spare: ArrayBuffer | null = null;
  #stopped = false;
  #finishing = false;
  #wake = () => {};
  #use: SelfUse | null = null;
  /** Whose events the main thread is yet to take, in order. */
  readonly #told: Link[] = [];

  constructor(
    readonly options: WorkerOptions & { readonly hosts: NonNullable<WorkerOptions["hosts"]> },
    readonly post: (message: FromWorker, transfer?: Transferable[]) => void,
    readonly memory: FleetMemory | null = null,
  ) {
    this.#intervalMs = options.intervalMs;
    const { names } = options.hosts;
    this.#names = names.map((_, i) => new NamesOfHost(i + 1, this.#cgroups));
    this.#links = names.map((name, i) => {
      const link: Link = new Link(name, i + 1, options, BASE_NS, {
        changed: () => this.#wake(),
        restarted: () => this.#names[i].restart(),
        events: (message) => this.#events(link, message),
      });
      return link;
    });
  }

  taken(flows: ArrayBuffer | null): void {
    this.#taken = true;
    this.#spare = flows;
    this.#wake();
  }
  stir(): void {}
  eventsTaken(events: SharedArrayBuffer, rows: number): void {
    this.#told.shift()?.eventsTaken(events, rows);
  }
  /** Hosts look as often as they were told at first: there is nothing new in between. */
  interval(ms: number): void {
    this.#intervalMs = Math.max(ms, this.options.intervalMs);
    this.#wake();
  }
  command(pid: number, startNs: number): void {
    this.post({ type: "command", pid, startNs, line: null });
  }
  /** Each host's recording has the names of its own. */
  container(): void {}
  finish(): void {
    this.#finishing = true;
    this.#wake();
  }
  look(fromNs: number, step: Step): void {
    const moment = this.memory?.look(fromNs, step) ?? null, ended = moment?.ended ?? [];
    const buffers = ended.map(({ arrays }) => arrays.rxBytes.buffer);
    this.post({ type: "moment", moment }, moment === null ? [] : [moment.sample.flows, ...buffers]);
  }
  present(): void {}
  /** Nothing here is this machine's. */
  kill(targets: readonly KillTarget[]): void {
    this.post({ type: "killed", results: targets.map(() => ({ how: "refused", error: null })) });
  }
  speed(): void {}
  skip(): void {}
  keep(): Promise<void> {
    this.post({ type: "kept", sentence: "what is remembered of --hosts goes into no file: --record keeps it on each" });
    return Promise.resolve();
  }
  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  async run(): Promise<void> {
    const running = this.#links.map((link) => link.run());
    try {
      while (!this.#stopped) {
        if (this.#finishing && this.#taken && this.#number > 0) {
          this.#merge();
          break;
        }
        if (this.#taken && this.#isDue()) this.#merge();
        await this.#pause();
      }
    } finally {
      for (const link of this.#links) link.stop();
      await Promise.all(running);
    }
  }

  #isDue(): boolean {
    const links = this.#links;
    if (this.#number === 0) {
      const withinMs = this.options.hosts.keepStale ? FIRST_ON_SCREEN_MS : FIRST_WITHIN_MS;
      return links.every(({ isAnswered }) => isAnswered) || nowMs() - this.#beganMs > withinMs;
    }
    return this.#due.isDue(nowMs(), this.#intervalMs, this.#isThere());
  }

  /** Whether all that are heard have news. */
  #isThere(): boolean {
    return this.#links.every((link) => link.waiting !== null || this.#isStale(link));
  }

  /** Until a host has news, or a sample is due without more. */
  async #pause(): Promise<void> {
    const untilMs = this.#taken && this.#number > 0
      ? this.#due.waitMs(nowMs(), this.#intervalMs, this.#isThere())
      : 500;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(20, untilMs));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #isStale({ heardMs, problem }: Link): boolean {
    const { intervalMs } = this.options;
    return heardMs === null || problem !== null ||
      nowMs() - heardMs > Math.max(STALE_LEAST_MS, STALE_INTERVALS * intervalMs);
  }

  #merge(): void {
    const links = this.#links, fresh = links.flatMap(({ waiting }) => waiting ?? []);
    if (this.#number === 0 && fresh.length === 0 && !this.options.hosts.keepStale) throw this.#nobody();
    const told = noNames(), hosts = new Map<string, string>();
    this.#dropsBefore = this.#drops;
    this.#drops = new Map();
    let hostsNews = false;
    links.forEach(({ waiting, host }, i) => {
      if (waiting === null) return;
      this.#names[i].take(waiting, told);
      for (const [id, list] of waiting.sample.drops) this.#drops.set(numberOf(host, id), list);
      if (waiting.hosts !== null) this.#hosts.set(host, waiting.hosts);
      hostsNews ||= waiting.hosts !== null;
    });
    if (hostsNews) {
      for (const [host, names] of this.#hosts) {
        for (const [address, name] of names) hosts.set(textOf(host, address), name);
      }
    }
    const parts = links.flatMap((link, i) => this.#partOf(link, this.#names[i]) ?? []);
    const { flows, length } = this.#fleet.merge(parts, this.#spare);
    for (const link of links) if (link.waiting !== null) link.merged();
    const atMs = nowMs(),
      sum = (of: (message: SampleMessage) => number) => fresh.reduce((all, one) => all + of(one), 0);
    const message: SampleMessage = {
      type: "sample",
      host: thisHost(),
      fleet: links.map((link) => this.#stateOf(link)),
      sample: {
        number: this.#number++,
        wallMs: wallMs(),
        timeNs: BASE_NS + atMs * 1e6,
        intervalMs: this.#beforeMs === 0 ? 0 : atMs - this.#beforeMs,
        health: this.#health(),
        opened: sum(({ sample }) => sample.opened),
        closed: sum(({ sample }) => sample.closed),
        failed: sum(({ sample }) => sample.failed),
        length,
        flows,
        dropsKnown: fresh.some(({ sample }) => sample.dropsKnown),
        drops: new Map([...this.#dropsBefore, ...this.#drops]),
        dropTotals: dropTotals(fresh),
      },
      source: this.#source(),
      health: this.#health(),
      ...this.#ownCost(),
      timeWait: null,
      synRecv: null,
      hosts: hostsNews ? hosts : null,
      commands: null,
      ...told,
      cgroups: this.#cgroups.take(),
    };
    this.#due.taken(atMs, this.#intervalMs);
    this.#beforeMs = atMs;
    this.memory?.add(message, unpackFlows(flows, length));
    this.#taken = false;
    this.#spare = null;
    this.post(message, [flows]);
  }
  readonly #hosts = new Map<number, ReadonlyMap<string, string>>();

  /** What it has, or what it had last; null: nothing that is to be shown. */
  #partOf(link: Link, names: NamesOfHost): Part | null {
    const { host, offsetNs, waiting } = link, cgroup = (number: number) => names.cgroup(number);
    const numbered = (number: number) => names.numbered(number), own = { host, offsetNs, cgroup, numbered };
    if (waiting !== null) {
      const { length, flows, room } = waiting.sample;
      return { ...own, length, flows: unpackFlows(flows, length, room) };
    }
    const stale = this.#isStale(link), before = link.lastOpen();
    if (before === null || stale && !this.options.hosts.keepStale) return null;
    const length = before.rows.length, flows = unpackFlows(pack(FLOW_SCHEMA, before.flows, before.rows), length);
    if (!stale) still({ length, arrays: flows });
    return { ...own, length, flows };
  }

  #stateOf(link: Link): HostState {
    const { name, aheadMs, version, heardWallMs } = link, intervalMs = link.last?.sample.intervalMs ?? 0;
    return { name, aheadMs, version, staleSinceMs: this.#isStale(link) ? heardWallMs : null, intervalMs };
  }

  #source(): SourceInfo {
    const named = (of: (source: SourceInfo) => string | null) => {
      const names = this.#links.flatMap(({ last }) => last === null ? [] : of(last.source) ?? []);
      return names.length === 0 ? null : [...new Set(names)].sort().join("+");
    };
    const notes = notesOfAll(this.#links, (link) => this.#isStale(link), this.options.hosts.keepStale);
    return { tcp: named(({ tcp }) => tcp), udp: named(({ udp }) => udp), notes, many: true };
  }

  #health(): Health {
    return healthSum(this.#links.map(({ health }) => health.sum));
  }

  /** As the host has them: times are its own. */
  #events(link: Link, message: EventsMessage): void {
    const { host } = link, names = this.#names[host - 1], told = noNames(), { batch } = message;
    names.take(message, told);
    const flows = unpackEvents(batch);
    settle(flows, 0, {
      host,
      length: batch.length,
      flows,
      offsetNs: 0,
      cgroup: (number) => names.cgroup(number),
      numbered: (number) => names.numbered(number),
    });
    const drops = new Map([...batch.drops].map(([id, list]) => [numberOf(host, id), list]));
    this.#told.push(link);
    this.post({ ...message, ...told, commands: null, cgroups: this.#cgroups.take(), batch: { ...batch, drops } });
  }

  #nobody(): TcptopError {
    const why = this.#links.flatMap((link) => notesOf(link, false));
    const sentences = why.map(({ message, remedy }) => remedy === null ? message : `${message}. ${remedy}`);
    return new TcptopError(sentences.join("\n"), ExitStatus.failed);
  }

  #ownCost(): { selfCpuPercent: number; selfRssBytes: number } {
    const before = this.#use, use = this.#use = runtimeSelfUse();
    const share = before === null ? 0 : (use.cpuNs - before.cpuNs) / (use.nowNs - before.nowNs);
    return { selfCpuPercent: Math.round(share * 1000) / 10, selfRssBytes: use.residentBytes };
  }
}
