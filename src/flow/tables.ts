import type { EventHandler } from "../decode/decode.ts";
import type {
  DnsAnswerRecord,
  DroppedRecord,
  ProcessRecord,
  TcpCounters,
  TcpLimits,
  TcpPath,
  TcpRecord,
  TcpReset,
  TickRecord,
  TranslationRecord,
  UdpOwner,
  UdpRecord,
} from "../decode/cursor.ts";
import { Answers } from "./answers.ts";
import { appendFlows, packFlows } from "./columns.ts";
import { DropBook } from "./drops.ts";
import type { Drops, DropTotal } from "./drop_list.ts";
import type { Health } from "./sample.ts";
import type { EventLog } from "./event_log.ts";
import { Executables } from "./executables.ts";
import { Inside } from "./inside.ts";
import { Killed } from "./killed.ts";
import { Nat } from "./nat.ts";
import { Peers, type PeerTable } from "./peers.ts";
import { Feature } from "../wire/layout.ts";
import { StateError, type StateReader, StateWriter } from "./state.ts";
import { TcpTable } from "./tcp_table.ts";
import { Translations } from "./translations.ts";
import { UdpTable } from "./udp_table.ts";

const CLOCK_WAS_SET_MS = 100;

const NO_HEALTH = {
  eventsLost: 0,
  flowsEvicted: 0,
  socketsUntracked: 0,
  datagramsUntracked: 0,
  snapshotErrors: 0,
  dropsUntracked: 0,
  dnsUnread: 0,
  socketsApart: 0,
};

/** What one sample holds before it crosses to the main thread. `flows` is for unpackFlows(). */
export interface PackedSample {
  readonly number: number;
  readonly wallMs: number;
  readonly timeNs: number;
  readonly intervalMs: number;
  readonly health: Omit<Health, "recordsInvalid">;
  readonly opened: number;
  readonly closed: number;
  readonly failed: number;
  readonly length: number;
  readonly flows: ArrayBuffer;
  /** Rows for which there is room in `flows` behind those of the sample; absent: none. takeSample() always says it (docs/decisions/0054). */
  readonly room?: number;
  /** Why packets are dropped is known. */
  readonly dropsKnown: boolean;
  /** By the column `drops`. */
  readonly drops: ReadonlyMap<number, Drops>;
  /** Of this sample. */
  readonly dropTotals: readonly DropTotal[];
}

/** The state of every flow: events in, samples out. Time comes with the tick records. */
export class FlowTables implements EventHandler {
  readonly tcp: TcpTable;
  readonly udp = new UdpTable();
  readonly executables = new Executables();
  readonly answers = new Answers();
  readonly inside = new Inside();
  readonly peers = new Peers();
  readonly translations = new Translations();
  readonly nat = new Nat(this.translations, this.peers);
  readonly drops: DropBook;
  readonly killed: Killed;
  #dropsKnown = false;
  #number = 0;
  #beforeNs = 0;
  #timeNs = 0;
  #wallMs = 0;
  #bootWallMs = 0;
  #events = 0;
  /** What was loaded is a whole sample, which takeSample() is yet to hand out. */
  #loaded = false;
  #health = NO_HEALTH;
  #lent = false;

  /** Whether the last sample has got the memory of the table, which has other memory now: nobody needs it once the sample has been looked at. */
  get lent(): boolean {
    return this.#lent;
  }

  /** Of all that records may add up to between two samples: flows, translations, and owners that are yet to be put to a flow. */
  get rows(): number {
    return this.tcp.length + this.udp.length + this.udp.waitingOwners + this.translations.size;
  }

  /** Of the last tick, ms since 1970. */
  get wallMs(): number {
    return this.#wallMs;
  }

  /** CLOCK_REALTIME at CLOCK_BOOTTIME zero, ms since 1970. */
  get bootWallMs(): number {
    return this.#bootWallMs;
  }

  /** What has been counted since the beginning. */
  get health(): PackedSample["health"] {
    return { ...this.#health, events: this.#events, dnsNamesEvicted: this.answers.evicted };
  }

  /** Why packets are dropped is told. */
  get dropsKnown(): boolean {
    return this.#dropsKnown;
  }

  /** When it was, ms since 1970; null: no tick has told the time of day yet. */
  wallMsOf(timeNs: number): number | null {
    return this.#bootWallMs === 0 ? null : this.#bootWallMs + timeNs / 1e6;
  }

  /** `eventsAlone`: samples have no flows, and the other ends of connections are looked for only where addresses are translated. */
  constructor(log: EventLog | null = null, readonly eventsAlone = false) {
    this.tcp = new TcpTable(log);
    this.killed = new Killed(this.tcp, () => this.#join(this.tcp));
    this.drops = new DropBook([this.tcp, this.udp], (rows, row) => log?.dropped(rows, row));
    if (log !== null) log.dropsOf = (id) => this.drops.listOf(id);
  }

  tcpOpen(record: TcpRecord): void {
    this.#events++;
    this.tcp.open(record);
  }
  tcpClose(record: TcpRecord): void {
    this.#events++;
    this.tcp.close(record);
    this.killed.ended(record);
    this.drops.ending(record.cookieLow, record.cookieHigh);
  }
  tcpLive(record: TcpRecord): void {
    this.tcp.live(record);
  }
  tcpCounters(record: TcpCounters): void {
    this.tcp.counters(record);
  }
  tcpLimits(record: TcpLimits): void {
    this.tcp.limits(record);
  }
  tcpPath(record: TcpPath): void {
    this.tcp.path(record);
  }
  tcpReset(record: TcpReset): void {
    this.tcp.reset(record);
  }
  tcpOwner(record: TcpRecord): void {
    this.#events++;
    this.tcp.owner(record);
  }
  udpFlow(record: UdpRecord): void {
    this.udp.flow(record);
  }
  udpOwner(record: UdpOwner): void {
    this.udp.owner(record);
  }
  dnsAnswer(record: DnsAnswerRecord): void {
    this.answers.add(record);
  }
  process(record: ProcessRecord): void {
    this.executables.add(record);
  }
  translation(record: TranslationRecord): void {
    this.translations.take(record);
  }
  dropped(record: DroppedRecord): void {
    this.drops.add(record);
  }

  /** Call it after each drain, before its events are taken. */
  drained(): void {
    if (this.tcp.log !== null) this.drops.drained();
  }

  tick(record: TickRecord): void {
    this.drops.tick(record.beginNs);
    this.tcp.tick(record);
    this.udp.tick(record);
    this.#dropsKnown = this.udp.dropsKnown = (record.features & Feature.drops) !== 0;
    if (this.#number === 0) this.drops.take(); // from before the first sample
    this.#timeNs = record.timeNs;
    this.#wallMs = record.wallNs / 1e6;
    this.#anchor(record.wallNs / 1e6 - record.timeNs / 1e6);
    this.#health = {
      eventsLost: record.eventsLost + this.tcp.vanished,
      flowsEvicted: record.udpEvicted,
      socketsUntracked: record.socketsUntracked,
      datagramsUntracked: record.udpUntracked,
      snapshotErrors: record.snapshotErrors,
      dropsUntracked: this.drops.untold,
      dnsUnread: record.dnsUnread,
      socketsApart: record.socketsApart,
    };
  }

  /** The two clocks are read one after the other, so their distance trembles; only a clock that was set changes it. */
  #anchor(bootWallMs: number): void {
    if (Math.abs(bootWallMs - this.#bootWallMs) > CLOCK_WAS_SET_MS) this.#bootWallMs = bootWallMs;
  }

  /** Everything since the sample before. Call it when a tick has come in. `spare` may become its `flows`; `keep`
   * gets the state that load() takes, which is good during the call. */
  takeSample(
    spare: ArrayBuffer | null = null,
    keep: ((state: StateWriter) => void) | null = null,
    room = 0,
  ): PackedSample {
    this.#measure();
    if (keep !== null) keep(this.#state());
    const { lists, totals } = this.drops.take(), told = this.eventsAlone ? [] : [this.tcp, this.udp];
    const rows = told.reduce((sum, table) => sum + table.length, 0), behind = this.tcp.capacity - rows;
    const lent = this.#lent = !this.eventsAlone && this.tcp.hasMostlyEnded && behind >= room;
    const roomy = lent ? behind : room;
    const sample: PackedSample = {
      number: this.#number++,
      wallMs: this.#wallMs,
      timeNs: this.#timeNs,
      intervalMs: this.#beforeNs === 0 ? 0 : (this.#timeNs - this.#beforeNs) / 1e6,
      health: this.health,
      opened: this.tcp.opened,
      closed: this.tcp.closed,
      failed: this.tcp.failed,
      length: rows,
      flows: this.eventsAlone ? new ArrayBuffer(0) : lent ? this.#lend(behind) : packFlows(told, spare, room),
      room: roomy,
      dropsKnown: this.#dropsKnown,
      drops: lists,
      dropTotals: totals,
    };
    this.#settle(lent);
    return sample;
  }

  /** Where nearly all have ended their rows are the sample's as they are, with those of UDP behind them: a copy would take as much memory again. The
   * columns of flows are the first ones of the table. */
  #lend(room: number): ArrayBuffer {
    const { tcp, udp } = this, { buffer } = tcp.arrays.rxBytes;
    appendFlows(buffer, tcp.length, room + udp.length, [udp]);
    return buffer;
  }

  /** As takeSample(), where nobody wants the sample itself. */
  passSample(): void {
    this.#measure();
    this.drops.take();
    this.#number++;
    this.#settle();
  }

  /** They are of no use any more: memory of many rows goes back at once. */
  release(): void {
    this.tcp.release();
    this.udp.release();
  }

  /** Where nobody is told of flows, those that have ended need not wait for the sample. Call it after each drain, when its events have been taken. Other
   * ends, of which translations and kills are told, are looked for among all. */
  forgetEnded(): void {
    if (this.eventsAlone && !this.killed.some && this.translations.size === 0) this.tcp.forgetEnded();
  }

  #measure(): void {
    if (!this.#loaded) {
      this.tcp.measure(this.#beforeNs, this.#timeNs);
      this.udp.measure();
      if (!this.eventsAlone || this.translations.size > 0) {
        for (const table of [this.tcp, this.udp]) this.#join(table);
      }
      this.translations.settle();
      if (!this.eventsAlone) this.inside.judge([this.tcp, this.udp]);
      this.answers.name([this.tcp, this.udp], this.#timeNs);
    }
    this.#loaded = false;
  }

  #join(table: PeerTable): void {
    this.nat.join(table, this.peers.join(table));
  }

  #settle(lent = false): void {
    this.#beforeNs = this.#timeNs;
    this.tcp.settle(lent);
    this.udp.settle();
    this.drops.settle();
    this.killed.settle();
    for (const { ends } of [this.tcp, this.udp]) ends.settle();
  }

  /** The sample that is being taken, and all that the next ones depend on. */
  #state(): StateWriter {
    const to = new StateWriter();
    to.list("clock", [this.#number, this.#beforeNs, this.#timeNs, this.#wallMs, this.#bootWallMs, this.#events]);
    to.list("health", Object.values(this.#health));
    for (const part of [this.tcp, this.udp, this.drops, this.inside, this.peers, this.translations]) part.save(to);
    return to;
  }

  /** What processes are and have asked for: which executables they have, and names of addresses. */
  saveKnown(to: StateWriter): void {
    this.executables.save(to);
    this.answers.save(to);
  }

  /** The state that a sample was taken in: the next takeSample() hands that sample out. Throws a StateError; the tables are of no use then. */
  load(from: StateReader): void {
    const clock = from.list("clock").map(Number);
    if (clock.length < 6 || !clock.every(Number.isFinite)) throw new StateError("it has no time");
    [this.#number, this.#beforeNs, this.#timeNs, this.#wallMs, this.#bootWallMs, this.#events] = clock;
    const names = Object.keys(NO_HEALTH), values = from.list("health").map((value) => Number(value) || 0);
    this.#health = Object.fromEntries(names.map((name, i) => [name, values[i] ?? 0])) as typeof NO_HEALTH;
    const { tcp, udp, drops, executables, inside, answers, peers, translations } = this;
    for (const part of [tcp, udp, drops, executables, inside, answers, peers, translations]) part.load(from);
    this.#dropsKnown = udp.dropsKnown;
    this.#loaded = true;
  }
}
