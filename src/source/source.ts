import type { KillResult, KillTarget } from "../system/kill.ts";
import type { SourceInfo } from "../system/source_info.ts";
import type { Identity } from "../system/identity.ts";

/** Whose flows are seen. */
export type ScopeOptions =
  /** Those of a cgroup and all below it. `folder`: a descriptor of it. */
  | { readonly cgroup: number; readonly folder: number }
  /** Those of the children of a process, and of theirs. */
  | { readonly tree: number };

/** What a source is opened with. */
export interface SourceOptions {
  readonly source: "auto" | "bpf" | "netlink";
  readonly ringBytes: number;
  /** A UDP flow has expired this long after its last datagram. */
  readonly udpTimeoutMs: number;
  /** Whether answers of name servers become records. */
  readonly watchDns: boolean;
  /** Whether a record is written for each opening. Events need it. Samples do not, as the next snapshot or the record of the end has the connection:
   * with short connections that halves the records. */
  readonly openings: boolean;
  /** Path of libtcptop.so; only Linux has one. */
  readonly shimPath: string;
  /** It is inside the executable: the system's loader cannot read it there. */
  readonly shimIsInside: boolean;
  /** Effective user id, for the right words about missing permission. */
  readonly euid: number | null;
  /** Whether connections may be ended: what that takes is kept. */
  readonly allowKill?: boolean;
  /** Whom to become once everything is open; null: stay as started. */
  readonly dropTo: Identity | null;
  /** null: everybody's. */
  readonly scope?: ScopeOptions | null;
  /** A recording to play instead of looking at this machine. `still`: playing begins at a moment and stands still there. `stays`: at its end it is
   * still there for keys that lead back. */
  readonly replay:
    | { readonly path: string; readonly paced: boolean; readonly still: boolean; readonly stays?: boolean }
    | null;
}

/** Takes whole records (bpf/record.h), one behind the other. The bytes are the source's again after the call. */
export type RecordSink = (records: Uint8Array) => void;

/** Takes an address of this machine: 16 bytes, IPv4 in the first 4. */
export type AddressSink = (family: number, address: Uint8Array) => void;

/** Of a source that can keep back a snapshot which says what the one before did. */
export interface Resting {
  /** Up to this time (CLOCK_BOOTTIME) nobody needs to be told that nothing has moved; 0: each snapshot is told. */
  untilNs: number;
  /** The last snapshot was kept back: it has handed over nothing. */
  readonly isResting: boolean;
  /** Something has come after one that was kept back: snapshot() hands that one over now, and is to be called before anything else, as long as this holds. */
  readonly isLate: boolean;
}

/**
 * Where records come from. Every implementation yields the same records, so nothing to the right of decode knows which one
 * it was. Used by one thread; a method is called only when the one before it has returned or resolved.
 */
export interface FlowSource {
  readonly info: SourceInfo;
  /** Lines of text that it could not read; only of a source that makes its records from text. */
  readonly invalid?: number;
  /** Connections in SYN_RECV that the last snapshot found, most of which have no row; null, absent: not known. */
  readonly synRecv?: number | null | undefined;
  /** Only of a source that has its own interval, and no newer figures in between. */
  readonly pace?: {
    readonly everyMs: number;
    /** Whether figures have come since the last snapshot(). */
    readonly hasNews: boolean;
  } | undefined;
  /** Only of a source that leaves flows out: `sink` is told the local address of each of them. */
  onAddress?(sink: AddressSink): void;
  /** Waits for at most `ms` for something to drain. Resolves to false when the source has come to its end. */
  wait(ms: number): Promise<boolean>;
  /** Ends wait() early, where it can be long. */
  wake?: (() => void) | undefined;
  /** Hands over the open and close records written since the last call. */
  drain(sink: RecordSink): void;
  /** Whether what comes next has nothing to do with what came before: flows begin anew. Only of a source that plays several recordings. */
  takeRestart?(): boolean;
  /** Looks at every live flow and hands over first what drain() would, then the live records, last one tick record. */
  snapshot(sink: RecordSink): void;
  /** Only of a source that can keep snapshots back. */
  readonly rest?: Resting | undefined;
  /** Only of a recording: how many times as fast as it was made it is played; 0: not at all, Infinity: as fast as samples are taken. */
  setSpeed?(speed: number): void;
  /** Only of a recording: plays so many milliseconds of it, or up to its next sample (0), at once, whatever the speed. */
  skip?(ms: number): void;
  /** Only of a recording that can be read from anywhere: goes to the last place from which it can be played and that lies before the first sample
   * of this time of day or later (ms since 1970). False, and nothing has changed: none lies ahead; with `back`, none at all. */
  seek?: ((wallMs: number, back?: boolean) => boolean) | undefined;
  /** A state of the tables in which the sample is to be taken that snapshot() has just ended: nothing before leads to it. */
  takeState?(): Uint8Array | null;
  /** Only of a recording: throws a TcptopError if there is no such thing as so many flows in it. */
  checkFlows?(count: number): void;
  /** Has the next snapshot describe every flow in full, and not by its counters alone. */
  describeAgain(): void;
  /** Has the next snapshot leave nothing out. Only of a source whose snapshots may leave out connections of which nothing has changed. */
  tellAll?(): void;
  /** Ends a socket. Only of a source that was opened with `allowKill`. */
  kill?(target: KillTarget): KillResult;
  /** Frees everything. Safe to call twice. */
  close(): void | Promise<void>;
}
