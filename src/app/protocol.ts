/** The messages between the main thread and the Worker. */
import type { NewlyNamed } from "./naming.ts";
import type { Time } from "../time.ts";
import type { Extent, Step } from "../view/screen/moment.ts";
import type { Ended } from "../view/closed.ts";
import type { KillResult, KillTarget } from "../system/kill.ts";
import type { PackedEvents } from "../flow/event_log.ts";
import type { PackedSample } from "../flow/tables.ts";
import type { Health } from "../flow/sample.ts";
import type { HostState } from "../flow/host.ts";
import type { Host } from "../system/host.ts";
import type { SourceInfo } from "../system/source_info.ts";
import type { Keeping } from "../options.ts";
import type { SourceOptions } from "../source/source.ts";
import type { Identity } from "../system/identity.ts";
import type { ExitStatus } from "../errors.ts";

export interface WorkerOptions extends SourceOptions {
  /** How much the screen remembers; 0: nothing. */
  readonly historyMs: number;
  /** Of a replay: from when to when it is told of; null: from its beginning, to its end. */
  readonly from: Time | null;
  readonly to: Time | null;
  readonly intervalMs: number;
  /** Whether names of addresses are wanted. */
  readonly names: boolean;
  /** Whether command lines are wanted. */
  readonly commands: boolean;
  /** Whether to send events too. */
  readonly events: boolean;
  /** Events are told of, and nothing else: samples have no flows, and what flows alone tell (peers, inside) is not worked out. */
  readonly eventsAlone: boolean;
  /** Nothing else is told of a part of a recording, which is not empty then if it has events and no sample. */
  readonly eventsSuffice?: boolean;
  /** Hosts to look at by ssh instead of this machine. `keepStale`: the last flows of one that is silent are shown. */
  readonly hosts: { readonly names: readonly string[]; readonly keepStale: boolean } | null;
  /** Where to keep the records, and whom a new file is given to. */
  readonly record: { readonly path: string; readonly owner: Identity; readonly keep: Keeping | null } | null;
}

export type ToWorker =
  | { readonly type: "start"; readonly options: WorkerOptions }
  /** The main thread is done with the last sample and gives its `flows` back, or those of one before; until then no other is sent, and the next
   * one is longer. `room`: for how many rows there should be room behind the next one's. `restsUntilNs`: while
   * nothing moves no other is needed before that time; 0: each is. */
  | { readonly type: "taken"; readonly flows: ArrayBuffer | null; readonly room: number; readonly restsUntilNs: number }
  /** The same for the last batch of events, which had memory for `rows`. */
  | { readonly type: "eventsTaken"; readonly events: SharedArrayBuffer; readonly rows: number }
  /** A sample of now is wanted, though nothing may have moved. */
  | { readonly type: "stir" }
  | { readonly type: "interval"; readonly ms: number }
  /** Answered by a message of the same type. */
  | { readonly type: "command"; readonly pid: number; readonly startNs: number }
  /** A container's name has become known, for a recording that is made. */
  | { readonly type: "container"; readonly id: string; readonly name: string }
  /** From the sample of `fromNs`; null: from the present. Answered by `moment`. */
  | { readonly type: "look"; readonly fromNs: number; readonly step: Step }
  /** Of a replay: FlowSource.setSpeed() and skip(). */
  | { readonly type: "speed"; readonly speed: number }
  | { readonly type: "skip"; readonly ms: number }
  /** Keeps what is remembered in a file. Answered by `kept`. */
  | { readonly type: "keep" }
  /** Answered by `here`. */
  | { readonly type: "there" }
  /** Ends these sockets. Answered by `killed`. */
  | { readonly type: "kill"; readonly targets: readonly KillTarget[] }
  /** The last sample is wanted now, and then the end. */
  | { readonly type: "finish" }
  | { readonly type: "stop" };

export interface SampleMessage extends NewlyNamed {
  readonly type: "sample";
  /** It lies before the part of a recording that is told of. */
  readonly isBeforePart?: boolean;
  readonly host: Host;
  /** Of several hosts. */
  readonly fleet?: readonly HostState[];
  readonly sample: PackedSample;
  readonly health: Health;
  readonly source: SourceInfo;
  readonly selfCpuPercent: number;
  readonly selfRssBytes: number;
  readonly timeWait: number | null;
  readonly synRecv: number | null;
  /** The hosts file as name by address, where it has changed; null: it has not, or nobody wants names. */
  readonly hosts: ReadonlyMap<string, string> | null;
}

/** What a sample is told with beside its flows. */
export type Beside = Pick<
  SampleMessage,
  "health" | "source" | "selfCpuPercent" | "selfRssBytes" | "timeWait" | "synRecv"
>;

/** `moment` null: the step leads to the present. */
export interface MomentMessage {
  readonly type: "moment";
  readonly moment:
    | Beside & {
      readonly host: Host;
      readonly fleet?: readonly HostState[];
      readonly sample: PackedSample;
      readonly ended: readonly Ended[];
      readonly extent: Extent;
    }
    | null;
}

/** Never the first message. */
export interface EventsMessage extends NewlyNamed {
  readonly type: "events";
  readonly batch: PackedEvents;
  readonly bootWallMs: number;
}

export type FromWorker =
  | SampleMessage
  | EventsMessage
  | { readonly type: "command"; readonly pid: number; readonly startNs: number; readonly line: string | null }
  | MomentMessage
  /** A recording that is looked at is at its end: nothing comes until a key has led back. */
  | { readonly type: "atEnd" }
  /** What to say of it. */
  | { readonly type: "kept"; readonly sentence: string }
  /** What came of each, in order. */
  | { readonly type: "killed"; readonly results: readonly KillResult[] }
  | { readonly type: "here" }
  | { readonly type: "stopped" }
  | {
    readonly type: "failed";
    readonly message: string;
    readonly status: ExitStatus;
    readonly detail: string;
  };
