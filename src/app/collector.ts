import { Decoder } from "../decode/decode.ts";
import { unpackFlows } from "../flow/columns.ts";
import { EventLog, type PackedEvents, unpackEvents, UNTOLD } from "../flow/event_log.ts";
import { StateError, StateReader, type StateWriter } from "../flow/state.ts";
import type { KillResult, KillTarget } from "../system/kill.ts";
import { healthSince, NO_HEALTH } from "../flow/health.ts";
import type { Health } from "../flow/sample.ts";
import { FlowTables } from "../flow/tables.ts";
import { ExitStatus, TcptopError } from "../errors.ts";
import type { Platform } from "../source/platform.ts";
import type { Keeper } from "../source/recording/keeper.ts";
import type { FlowSource } from "../source/source.ts";
import { nowMs } from "./clock.ts";
import { nextDueMs } from "./due.ts";
import { Hosts } from "./hosts.ts";
import { EventPump } from "./event_pump.ts";
import { OwnCost } from "./own_cost.ts";
import { Player } from "./player.ts";
import { Naming } from "./naming.ts";
import type { History } from "./history/history.ts";
import type { Step } from "../view/screen/moment.ts";
import type { FromWorker, SampleMessage, WorkerOptions } from "./protocol.ts";
import { AcceptOverflows } from "../flow/overflows.ts";
import { type NetworkNamespaces, timeWaits } from "./time_wait.ts";
import { PASS_MS, Span } from "./span.ts";
import { StartHeap } from "./start_heap.ts";

/** The ring is looked at this often even when nothing has woken us. Events are to be told soon; samples have time, and each look a second
 * costs 0.04 % of a core. A ring that is half full wakes us, and so do UDP flows before they fill their table. */
const DRAIN_EVERY_MS = 1000;
const DRAIN_EVENTS_EVERY_MS = 100;
/** While much comes, it is looked at more often: the table of dropped packets fills up without a word. */
const DRAIN_RUSH_EVERY_MS = 250, RUSH_BYTES = 16384;

/** A last sample waits so long for connections that are about to end; and how often that is looked at. */
const FINISH_WITHIN_MS = 1000;
const FINISH_STEP_MS = 20;

/** Drains the source into the tables, and sends a sample an interval. */
export class Collector {
  readonly #events: EventPump | null;
  #tables: FlowTables;
  #decoder: Decoder;
  readonly #log: EventLog | null;
  readonly #naming: Naming;
  readonly #namespaces: NetworkNamespaces | null;
  readonly #overflows: AcceptOverflows;
  readonly #hosts: Hosts | null;
  readonly #cost: OwnCost;
  #taken = true;
  /** The buffer of a sample, which the main thread has given back, and the room that it wants in the next one. */
  #spare: ArrayBuffer | null = null;
  #room = 0;
  /** What the last sample tells beside its flows stays as it is while none of them moves. */
  #isSteady = false;
  #stopped = false;
  /** The part of a recording that was asked for has come to its end. */
  #over = false;
  /** Ends the wait at the end of a recording; null: it is not there. */
  #leaveEnd: (() => void) | null = null;
  #finishing = false;
  #dueMs = 0;
  /** When the last sample was looked at. To tell of it takes longer, above all of the first one. */
  #lookedMs = 0;
  #intervalMs: number;
  /** null: all of it is told of. */
  readonly #span: Span | null;
  /** What had been counted before the part of a recording that is told of. */
  #healthBefore = NO_HEALTH;
  readonly #player: Player;
  /** Of a replay. */
  #speed: number;
  /** The latest time of day that a sample had. */
  #latestMs = -Infinity;
  #source: FlowSource | null = null;
  readonly #drainEveryMs: number;
  /** A recording that has come to its end is still there for keys that lead back. */
  readonly #stays: boolean;
  /** A recording's snapshot may go on in the next drain, and speak of what has ended. */
  readonly #forgets: boolean;
  /** A recording is read no faster than its events are taken. Of what happens now those that find no room are counted. */
  readonly #waits: boolean;
  /** Whether much has come since the look before. */
  #rush = false;
  readonly #startHeap = new StartHeap();

  /** `post` sends to the main thread. */
  constructor(
    readonly platform: Platform,
    { intervalMs, events, eventsAlone, eventsSuffice, names, commands, from, to, replay }: WorkerOptions,
    readonly post: (message: FromWorker, transfer?: Transferable[]) => void,
    readonly history: History | null = null,
    readonly recorder: Keeper | null = null,
  ) {
    this.#intervalMs = intervalMs;
    this.#speed = replay?.still ? 0 : replay?.paced ? 1 : Infinity;
    this.#span = from === null && to === null ? null : new Span(from, to, replay?.still);
    this.#player = new Player(history, this.#span);
    this.#drainEveryMs = events ? DRAIN_EVENTS_EVERY_MS : DRAIN_EVERY_MS;
    this.#waits = replay !== null;
    this.#stays = replay?.stays ?? false;
    this.#forgets = eventsAlone && replay === null;
    this.#cost = new OwnCost(() => platform.selfUse());
    const log = this.#log = events
      ? new EventLog(this.#waits ? Infinity : undefined, eventsAlone ? UNTOLD : undefined)
      : null;
    const span = this.#span;
    if (log !== null && span !== null) {
      log.wants = (timeNs) => {
        const wanted = span.includes(this.#tables.wallMsOf(timeNs));
        if (wanted && eventsSuffice) span.tellsEvent();
        return wanted;
      };
    }
    this.#tables = new FlowTables(log, eventsAlone);
    this.#naming = new Naming(platform, () => this.#tables, commands);
    this.#namespaces = platform.timeWaits === undefined
      ? null
      : { own: platform.networkNamespace?.() ?? 0, timeWaits: (pid) => platform.timeWaits!(pid) };
    this.#hosts = names && platform.hosts !== undefined ? new Hosts(() => platform.hosts!(), nowMs) : null;
    this.#overflows = new AcceptOverflows((pid) => platform.listenOverflows?.(pid) ?? null);
    this.#decoder = new Decoder(this.#tables);
    this.#events = log && new EventPump(log, (batch) => this.#sendEvents(batch));
  }

  taken(flows: ArrayBuffer | null, room = 0, restsUntilNs = 0): void {
    this.#taken = true;
    const rest = this.#source?.rest;
    if (rest !== undefined) rest.untilNs = this.#isSteady && this.recorder === null ? restsUntilNs : 0;
    // Memory that nobody needs any more would wait for the collector.
    if (this.#tables.lent) flows?.transfer(0);
    this.#spare = this.#tables.lent ? null : flows;
    this.#room = room;
    if (this.#finishing || nowMs() >= this.#dueMs) this.#source?.wake?.();
  }
  eventsTaken(events: SharedArrayBuffer, rows: number): void {
    this.#log?.giveBack(events, rows);
    this.#events?.taken();
  }
  /** A sample is wanted though nothing has moved. */
  stir(): void {
    const rest = this.#source?.rest;
    if (rest === undefined || rest.untilNs === 0) return;
    rest.untilNs = 0;
    if (!rest.isResting) return;
    this.#dueMs = nowMs();
    this.#source?.wake?.();
  }
  interval(ms: number): void {
    this.#intervalMs = ms;
    // A shorter interval begins now, not when the long one is over.
    this.#dueMs = Math.min(this.#dueMs, nowMs() + ms);
    this.#source?.wake?.();
  }
  command(pid: number, startNs: number): void {
    this.post({ type: "command", pid, startNs, line: this.platform.commandLine?.(pid, startNs) ?? null });
  }
  container(id: string, name: string): void {
    this.platform.keepContainerName?.(id, name);
    this.stir();
  }
  kill(targets: readonly KillTarget[]): void {
    const source = this.#source;
    const results = targets.map((target): KillResult => source?.kill?.(target) ?? { how: "refused", error: null });
    this.post({ type: "killed", results });
  }
  /** Ends once a last sample has been taken. */
  finish(): void {
    this.#finishing = true;
    this.#source?.wake?.();
  }
  look(fromNs: number, step: Step): void {
    const moment = this.#player.look(this.#source, this.platform.host, { fromNs, step });
    const ended = moment?.ended.map(({ arrays }) => arrays.rxBytes.buffer) ?? [];
    this.post({ type: "moment", moment }, moment === null ? [] : [moment.sample.flows, ...ended]);
    this.#goOn(moment === null);
  }
  speed(speed: number): void {
    this.#speed = speed;
    if (this.#span === null || this.#span.inside) this.#source?.setSpeed?.(speed);
    this.#goOn(true);
  }
  skip(ms: number): void {
    // Nothing is played beyond the end.
    if (this.#source !== null && !this.#over && this.#leaveEnd === null) {
      this.#player.skip(this.#source, this.#tables.wallMs, ms);
    }
    this.#goOn(true);
  }
  /** What stands still may wait for long. */
  #goOn(isDue: boolean): void {
    if (isDue && this.#source?.pace !== undefined) this.#source.wake?.();
    if (this.#leaveEnd !== null && this.#player.takeMoved()) this.#leaveEnd();
  }
  async keep(): Promise<void> {
    const sentence = await this.history?.keep((to) => this.#tables.saveKnown(to)) ??
      "nothing is remembered: --history 0";
    this.post({ type: "kept", sentence });
  }
  stop(): void {
    this.#stopped = true;
    this.#events?.release();
    this.#source?.wake?.();
    this.#leaveEnd?.();
  }

  async run(): Promise<void> {
    const source = this.#source = this.platform.openSource();
    source.onAddress?.((family, address) => this.#tables.inside.interfaces(family, address));
    try {
      this.#dueMs = nowMs();
      let waitedMs = 0;
      for (let more = true; !this.#stopped && (more && !this.#over || await this.#goesBack());) {
        more = true;
        let told = true;
        if (this.#finishing && this.#taken) {
          await this.#finish(source);
          break;
        }
        if (this.#isDue(source)) {
          do told = await this.#sample(source); while (source.rest?.isLate);
          this.#dueMs = nextDueMs(this.#dueMs, this.#intervalMs, this.#lookedMs);
        }
        if (told || nowMs() - waitedMs > PASS_MS) {
          // What was passed over leads on; messages get in between.
          more = await source.wait(told ? this.#waitMs(source) : 0);
          waitedMs = nowMs();
        }
        if (source.takeRestart?.()) this.#restart();
        this.#drain(source);
        if (source.rest?.isLate) {
          await this.#sample(source);
          this.#drain(source);
        }
        if (!more) more = this.#player.settle(source);
        this.#events?.drained();
        if (this.#waits && !this.#stopped) await this.#events?.caughtUp();
        if (this.#forgets) this.#tables.forgetEnded();
      }
      if (!this.#stopped || this.#over) this.#span?.check();
    } finally {
      this.#events?.flush();
      await source.close();
    }
  }

  #drain(source: FlowSource): void {
    let bytes = 0;
    source.drain((records) => {
      bytes += records.byteLength;
      this.#decode(source, records);
    });
    this.#tables.drained();
    this.#rush = bytes >= RUSH_BYTES;
  }

  #decode(source: FlowSource, records: Uint8Array): void {
    this.#decoder.decode(records);
    source.checkFlows?.(this.#tables.rows);
  }

  /** Until the next sample is due, at most until the next drain. A sample that is due but waits for the main thread to take the one before does not
   * shorten the wait: taken() wakes it. */
  #waitMs({ pace, wake }: FlowSource): number {
    const usualMs = this.#rush ? Math.min(DRAIN_RUSH_EVERY_MS, this.#drainEveryMs) : this.#drainEveryMs;
    const longestMs = wake === undefined ? DRAIN_EVENTS_EVERY_MS : usualMs, untilMs = this.#dueMs - nowMs();
    return pace !== undefined || untilMs <= 0 && !this.#taken ? longestMs : Math.min(longestMs, Math.max(1, untilMs));
  }

  /** A source with an interval of its own is sampled when it has news; of these, the one nearest to the moment that is due. */
  #isDue({ pace }: FlowSource): boolean {
    if (!this.#taken) return false;
    return pace === undefined ? nowMs() >= this.#dueMs : pace.hasNews && nowMs() >= this.#dueMs - pace.everyMs / 2;
  }

  /** Connections that a process has closed as it ended have still to send, and to be told when they end. */
  async #finish(source: FlowSource): Promise<void> {
    const latestMs = nowMs() + FINISH_WITHIN_MS;
    do {
      await source.wait(FINISH_STEP_MS);
      source.drain((records) => this.#decode(source, records));
      source.snapshot((records) => this.#decode(source, records));
      this.#events?.drained();
    } while (this.#tables.tcp.isEnding && nowMs() < latestMs && !this.#stopped);
    await this.#sample(source);
  }

  /** What is known of flows ends here: what comes next is another stretch of time, perhaps after a boot. */
  #restart(): void {
    this.#tables = new FlowTables(this.#log, this.#tables.eventsAlone);
    this.#decoder = new Decoder(this.#tables, this.#decoder.invalid);
    this.#healthBefore = { ...NO_HEALTH, recordsInvalid: this.#healthBefore.recordsInvalid };
    this.history?.jumped();
  }

  /** Whether it is one that is told of. */
  async #sample(source: FlowSource): Promise<boolean> {
    source.snapshot((records) => this.#decode(source, records));
    this.#lookedMs = nowMs();
    if (source.rest?.isResting) return true;
    const state = source.takeState?.() ?? null;
    if (state !== null) this.#jump(source, state);
    this.#latestMs = Math.max(this.#latestMs, this.#tables.wallMs);
    const wanted = this.#player.arrived(source, this.#tables.wallMs);
    if (this.#tables.tcp.takeDoubts()) source.tellAll?.();
    if (this.#tables.tcp.takeStrangers() > 0) source.describeAgain();
    if (!wanted) this.#events?.forget();
    if (!wanted || this.#span !== null && this.#isOutside(this.#span, source)) {
      this.#tables.passSample();
      if (this.#span?.isBeforePart) this.#healthBefore = this.#health(this.#tables.health, source);
      this.history?.jumped();
      return false;
    }
    // The first sample of all, which is told of, may lie before the part that was asked for.
    const remembers = this.#span?.inside ?? true,
      keeps = remembers && this.history?.wantsState || this.recorder?.wantsState;
    const sample = this.#tables.takeSample(this.#spare, keeps ? (to) => this.#keepState(to) : null, this.#room);
    // Names are learnt in time for the events of what is open.
    const { flows, length } = this.#tables.eventsAlone
      ? { flows: this.#tables.tcp.arrays, length: this.#tables.tcp.length }
      : { flows: unpackFlows(sample.flows, sample.length, sample.room), length: sample.length };
    this.#overflows.judge(flows, sample.length);
    await this.#naming.askUsers(flows, length);
    const health = this.#health(sample.health, source);
    const isBeforePart = this.#span?.isBeforePart ?? false;
    if (isBeforePart) this.#healthBefore = health;
    const message: SampleMessage = {
      type: "sample",
      ...isBeforePart && { isBeforePart },
      host: this.platform.host,
      sample,
      source: source.info,
      health: healthSince(health, this.#healthBefore),
      ...this.#cost.take(),
      timeWait: this.#namespaces && timeWaits(flows, length, this.#namespaces),
      synRecv: source.synRecv ?? null,
      hosts: this.#hosts?.look() ?? null,
      ...this.#naming.ofFlows(flows, length),
    };
    // What goes on without a record: a UDP flow becomes idle, and what a listener turns away may be known late.
    this.#isSteady = this.#tables.udp.areIdle && this.#overflows.areSettled;
    if (remembers) this.history?.add(message, flows);
    else this.history?.jumped();
    this.#taken = false;
    this.#spare = null;
    // A buffer that is transferred costs for good (docs/decisions/0051).
    this.post(message, sample.flows.byteLength === 0 ? [] : [sample.flows]);
    this.#startHeap.giveBack(sample.length, !this.#rush);
    const wantedMs = this.#span?.takeWanted() ?? null;
    if (wantedMs !== null) source.seek?.(wantedMs);
    return true;
  }

  #health(health: Omit<Health, "recordsInvalid">, { invalid = 0 }: FlowSource): Health {
    return { ...health, recordsInvalid: this.#decoder.invalid + invalid };
  }

  #keepState(to: StateWriter): void {
    if (this.history?.wantsState) this.history.state(to);
    if (!this.recorder?.wantsState) return;
    this.#tables.saveKnown(to);
    this.recorder.state?.(to.finish(), this.#latestMs);
  }

  /** Whether nobody is told of the sample that is to be taken. */
  #isOutside(span: Span, source: FlowSource): boolean {
    const wasInside = span.inside, told = span.take(this.#tables.wallMs);
    if (told === "told") {
      if (!wasInside) source.setSpeed?.(span.inside ? this.#speed : Infinity);
      return false;
    }
    if (told === "over") {
      this.#over = true;
      this.#stopped ||= !this.#stays;
    } else source.skip?.(0); // what stands still goes on to the part
    return true;
  }

  /** A recording is at its end. Where somebody looks at it: until a key has led back (true) or the session is stopped. */
  async #goesBack(): Promise<boolean> {
    if (!this.#stays) return false;
    this.#span?.check();
    this.post({ type: "atEnd" });
    await new Promise<void>((resolve) => {
      this.#leaveEnd = resolve;
      this.#goOn(false);
    });
    this.#leaveEnd = null;
    this.#over = false;
    return !this.#stopped;
  }

  /** To where nothing before leads. */
  #jump(source: FlowSource, state: Uint8Array): void {
    try {
      this.#tables.load(new StateReader(state));
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      throw new TcptopError(`The recording is damaged: its tables cannot be read: ${error.message}`, ExitStatus.failed);
    }
    source.checkFlows?.(this.#tables.rows);
    this.history?.jumped();
  }

  #sendEvents(batch: PackedEvents): void {
    this.post({
      type: "events",
      batch,
      bootWallMs: this.#tables.bootWallMs,
      ...this.#naming.ofEvents(unpackEvents(batch), batch.length),
    });
  }
}
