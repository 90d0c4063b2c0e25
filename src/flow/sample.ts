/** What the Worker tells the main thread once an interval. */
import type { Cgroup } from "./container.ts";
import type { HostState } from "./host.ts";
import type { Host } from "../system/host.ts";
import type { SourceInfo } from "../system/source_info.ts";
import type { FlowArrays } from "./columns.ts";
import type { Drops, DropTotal } from "./drop_list.ts";
import type { EventArrays } from "./event_log.ts";
import type { Zones } from "./zone.ts";

/** Counters from the start of the run. */
export interface Health {
  readonly events: number;
  readonly eventsLost: number;
  readonly recordsInvalid: number;
  readonly flowsEvicted: number;
  readonly socketsUntracked: number;
  readonly datagramsUntracked: number;
  readonly snapshotErrors: number;
  /** Packets whose reason alone is known, since there was no room for their flows. */
  readonly dropsUntracked: number;
  /** Answers of name servers that were not looked at, and names that made room for newer ones. */
  readonly dnsUnread: number;
  readonly dnsNamesEvicted: number;
  /** Of socketsUntracked: connections that are open now. They have no row, and are in the totals alone. */
  readonly socketsApart: number;
  /** Points and log records that did not reach the receiver of --otlp; absent: none are sent. */
  readonly otlpLost?: number;
}

export interface Command {
  /** Of its process: a pid comes again. */
  readonly startNs: number;
  /** Arguments with blanks between, not made harmless; cut after 1,024 bytes. */
  readonly line: string;
}

export interface Sample {
  /** Counts from 0, which is the state that was found at the start: no time has passed, nothing has moved. */
  readonly number: number;
  /** Of a recording, before the part that is told of: it says what is recorded, and its flows do not count. Absent: it does not. */
  readonly isBeforePart?: boolean;
  /** End of the sample, ms since 1970. */
  readonly wallMs: number;
  /** End of the sample, CLOCK_BOOTTIME. */
  readonly timeNs: number;
  readonly intervalMs: number;
  readonly host: Host;
  /** Those that the flows are of, by the column `host` less 1; absent: the flows are of one. */
  readonly fleet?: readonly HostState[];
  readonly source: SourceInfo;
  readonly health: Health;
  readonly opened: number;
  readonly closed: number;
  /** Connections that ended without ever having been established: in neither of the two. */
  readonly failed: number;
  /** Of the whole process over the interval. */
  readonly selfCpuPercent: number;
  readonly selfRssBytes: number;
  /** Connections that linger in TIME_WAIT, in all network namespaces with flows; null: not known. They are no flows. */
  readonly timeWait: number | null;
  /** Connections whose handshake has not ended, in all network namespaces; null: not known. Most have no socket yet, and are no flows. */
  readonly synRecv: number | null;
  readonly length: number;
  /** Whether it is known why packets are dropped; absent: no. */
  readonly dropsKnown?: boolean;
  /** What of each flow was dropped, by the column `drops`; absent: nothing. */
  readonly drops?: ReadonlyMap<number, Drops> | undefined;
  /** What was dropped in this sample, of flows and of none. */
  readonly dropTotals?: readonly DropTotal[];
  /** Rows from here on ended in an earlier sample and are still shown; absent: there are none. */
  readonly pastFrom?: number | undefined;
  readonly flows: FlowArrays;
  /** Another number whenever something in `users`, `cgroups`, `programs`, `processes`, `zones`, `answers` or `hosts` has changed;
   * absent: not known. */
  readonly news?: number;
  /** Login names by uid (hostKey() of host.ts), for every uid in flows that has one. */
  readonly users: ReadonlyMap<number, string>;
  /** By the column `cgroup`; NO_CGROUP is at 0. */
  readonly cgroups: readonly Cgroup[];
  /** Names of containers by id, as far as their engine has told. */
  readonly containers: ReadonlyMap<string, string>;
  /** Texts by the columns `exe`, `wholeName` and `ancestors`. */
  readonly programs: ReadonlyMap<number, string>;
  /** Command lines by pid, each of one process; absent: nobody wants them. */
  readonly commands?: ReadonlyMap<number, Command>;
  /** Names of processes by pid (hostKey()), where the source knows one that says more than the 15 bytes of `comm`. */
  readonly processes: ReadonlyMap<number, string>;
  /** Names of interfaces by zoneKey(), as far as they are known. */
  readonly zones: Zones;
  /** Names of remote addresses from reverse DNS, as far as they are known; keyed by the address's text. */
  readonly names: ReadonlyMap<string, string>;
  /** Names that processes have asked name servers for, by the column `answer`. */
  readonly answers: ReadonlyMap<number, string>;
  /** Names by address (textOf() of host.ts) from the hosts file of the machine that the flows are of. */
  readonly hosts: ReadonlyMap<string, string>;
}

/** Events as rows of a sample: what can be done with its flows, selecting and telling, can be done with them. */
export interface EventBatch extends Sample {
  readonly flows: EventArrays;
  readonly events: EventArrays;
  /** CLOCK_REALTIME at CLOCK_BOOTTIME zero, ms since 1970. */
  readonly bootWallMs: number;
  /** Events between the batch before and this one that were dropped. */
  readonly dropped: number;
}

/** Whether the rows are events, which nothing has moved in: they have no rates. */
export function isOfEvents(sample: Sample): sample is EventBatch {
  return "bootWallMs" in sample;
}

/** When the event of the row happened, ms since 1970. */
export function eventWallMs({ bootWallMs, events }: EventBatch, row: number): number {
  return bootWallMs + events.timeNs[row] / 1e6;
}
