import type { KillResult, KillTarget } from "../../system/kill.ts";
import type { CgroupSource, Platform } from "../platform.ts";
import type { SelfUse } from "../../system/self_use.ts";
import type { AddressSink, FlowSource, RecordSink } from "../source.ts";
import type { Host } from "../../system/host.ts";
import type { SourceInfo } from "../../system/source_info.ts";
import { processKey, RecordingCgroups } from "./cgroups.ts";
import type { Keeper } from "./keeper.ts";

const MOST_INTERFACES = 1024;
/** Lines of a hosts file that are kept. */
const MOST_HOSTS = 1 << 14;
const LINES_A_CHUNK = 1024;

/** How often it is looked whether the reader of a recording has taken some of it. */
const LOOK_EVERY_MS = 20;
const FULL = { everyMs: 0, hasNews: false };

/** Passes on what another source yields, and keeps it. */
class RecordingSource implements FlowSource {
  #info = "";
  readonly #source: FlowSource;
  readonly #keeper: Keeper;
  readonly #about: { readonly version: string; readonly host: Host };
  #closed = false;

  constructor(source: FlowSource, keeper: Keeper, about: { readonly version: string; readonly host: Host }) {
    this.#source = source;
    this.#keeper = keeper;
    this.#about = about;
    this.#noteInfo();
  }

  get info(): SourceInfo {
    const { info } = this.#source, notes = this.#keeper.notes?.() ?? [];
    return notes.length === 0 ? info : { ...info, notes: [...info.notes, ...notes] };
  }
  get invalid(): number {
    return this.#source.invalid ?? 0;
  }
  get synRecv(): number | null {
    return this.#source.synRecv ?? null;
  }
  async wait(ms: number): Promise<boolean> {
    if (this.#keeper.isClosed === true) return false;
    // The source would say at once that there is something to drain.
    if (this.#keeper.isFull === true) await new Promise((resolve) => setTimeout(resolve, Math.min(ms, LOOK_EVERY_MS)));
    return this.#keeper.isFull === true || await this.#source.wait(ms);
  }
  get wake() {
    return this.#source.wake?.bind(this.#source);
  }
  drain(sink: RecordSink): void {
    if (this.#keeper.isFull !== true) this.#source.drain(this.#tee(sink));
  }
  snapshot(sink: RecordSink): void {
    this.#source.snapshot(this.#tee(sink));
    if (this.#source.rest?.isResting) return;
    this.#noteInfo();
    this.#keeper.sample();
    if (this.#keeper.wantsAll?.()) this.#source.describeAgain();
  }
  get rest() {
    return this.#source.rest;
  }
  setSpeed(speed: number): void {
    this.#source.setSpeed?.(speed);
  }
  skip(ms: number): void {
    this.#source.skip?.(ms);
  }
  get seek() {
    return this.#keeper.jumped === undefined ? undefined : this.#source.seek?.bind(this.#source);
  }
  checkFlows(count: number): void {
    this.#source.checkFlows?.(count);
  }
  takeRestart(): boolean {
    return this.#source.takeRestart?.() ?? false;
  }
  takeState(): Uint8Array | null {
    return this.#source.takeState?.() ?? null;
  }
  /** No sample is due while nothing can be written. */
  get pace() {
    return this.#keeper.isFull === true ? FULL : this.#source.pace;
  }
  onAddress(sink: AddressSink): void {
    this.#source.onAddress?.(sink);
  }
  kill(target: KillTarget): KillResult {
    return this.#source.kill?.(target) ?? { how: "refused", error: null };
  }
  tellAll(): void {
    this.#source.tellAll?.();
  }
  describeAgain(): void {
    this.#source.describeAgain();
  }
  async close(): Promise<void> {
    await this.#source.close();
    if (this.#closed) return;
    this.#closed = true;
    await this.#keeper.end();
  }

  #tee(sink: RecordSink): RecordSink {
    return (records) => {
      this.#keeper.records(records);
      sink(records);
    };
  }

  #noteInfo(): void {
    const { tcp, udp, notes } = this.info, info = JSON.stringify({ tcp, udp, notes });
    if (info !== this.#info) this.#keeper.info({ ...this.#about, source: { tcp, udp, notes } });
    this.#info = info;
  }
}

/** The platform, with everything that it tells about the flows kept. */
export class RecordingPlatform implements Platform {
  readonly cgroups: CgroupSource | null;
  #hosts: string | null = null;
  /** What was kept last, by process. */
  readonly #interfaces = new Map<number, string>();

  constructor(readonly platform: Platform, readonly keeper: Keeper, readonly version: string) {
    this.cgroups = platform.cgroups
      ? new RecordingCgroups(platform.cgroups, (names) => this.keeper.names(names))
      : null;
  }

  get host(): Host {
    return this.platform.host;
  }
  openSource(): FlowSource {
    try {
      const about = { version: this.version, host: this.host };
      const source = new RecordingSource(this.platform.openSource(), this.keeper, about);
      this.#hosts = this.#keepHosts();
      return source;
    } catch (error) {
      this.keeper.discard();
      throw error;
    }
  }
  commandLine(pid: number, startNs: number): string | null {
    return this.platform.commandLine?.(pid, startNs) ?? null;
  }
  argumentNames(pid: number, startNs: number): readonly string[] | null {
    const names = this.platform.argumentNames?.(pid, startNs) ?? null;
    if (names !== null) this.keeper.names({ argumentNames: [[processKey(pid, startNs), names.join("\0")]] });
    return names;
  }
  /** As it was when the recording began, and what it becomes while names are asked for. */
  hosts(): string | null {
    const first = this.#hosts;
    this.#hosts = null;
    return first ?? this.#keepHosts();
  }
  #keepHosts(): string | null {
    const text = this.platform.hosts?.() ?? null;
    const lines = text?.split("\n").filter((line) => !/^\s*(?:#|$)/.test(line)).slice(0, MOST_HOSTS) ?? [];
    for (let at = 0; at < lines.length; at += LINES_A_CHUNK) {
      this.keeper.names({ hosts: lines.slice(at, at + LINES_A_CHUNK) });
    }
    return text;
  }
  interfaces(pid: number): string | null {
    const text = this.platform.interfaces?.(pid) ?? null;
    if (text !== null && this.#interfaces.get(pid) !== text) {
      if (this.#interfaces.size >= MOST_INTERFACES) this.#interfaces.clear();
      this.#interfaces.set(pid, text);
      this.keeper.names({ interfaces: [[pid, text]] });
    }
    return text;
  }
  async userName(uid: number): Promise<string | null> {
    const name = await this.platform.userName(uid);
    if (name !== null) this.keeper.names({ users: [[uid, name]] });
    return name;
  }
  newContainerNames(): readonly (readonly [id: string, name: string])[] {
    const containers = this.platform.newContainerNames?.() ?? [];
    if (containers.length > 0) this.keeper.names({ containers });
    return containers;
  }
  keepContainerName(id: string, name: string): void {
    this.keeper.names({ containers: [[id, name]] });
    this.platform.keepContainerName?.(id, name);
  }
  newProcessNames(): (readonly [pid: number, name: string])[] {
    const processes = this.platform.newProcessNames?.() ?? [];
    if (processes.length > 0) this.keeper.names({ processes });
    return processes;
  }
  get timeWaits() {
    return this.platform.timeWaits?.bind(this.platform);
  }
  get listenOverflows() {
    return this.platform.listenOverflows?.bind(this.platform);
  }
  networkNamespace(): number {
    return this.platform.networkNamespace?.() ?? 0;
  }
  selfUse(): SelfUse {
    return this.platform.selfUse();
  }
}
