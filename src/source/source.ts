import type { SourceInfo } from "../system/source_info.ts";
import type { Identity } from "../system/identity.ts";

/** What a source is opened with. */
export interface SourceOptions {
  readonly source: "auto" | "bpf" | "netlink";
  readonly ringBytes: number;
  /** A UDP flow has expired this long after its last datagram. */
  readonly udpTimeoutMs: number;
  /** Whether each opening is to be told as it happens, where that can be left out. Samples do without: a connection is in the next one,
   * or in the record of its end, which for short connections is half of the records. */
  readonly openings: boolean;
  /** Path of libtcptop.so; only Linux has one. */
  readonly shimPath: string;
  /** It is inside the executable: the system's loader cannot read it there. */
  readonly shimIsInside: boolean;
  /** Effective user id, for the right words about missing permission. */
  readonly euid: number | null;
  /** Whom to become once everything is open; null: stay as started. */
  readonly dropTo: Identity | null;
  /** A recording to play instead of looking at this machine. */
  readonly replay: { readonly path: string; readonly paced: boolean } | null;
}

/** Takes whole records (bpf/record.h), one behind the other. The bytes are the source's again after the call. */
export type RecordSink = (records: Uint8Array) => void;

/**
 * Where records come from. Every implementation yields the same records, so nothing to the right of decode knows which one
 * it was. Used by one thread; a method is called only when the one before it has returned or resolved.
 */
export interface FlowSource {
  readonly info: SourceInfo;
  /** What came to it and could not be read, where it reads more than records. */
  readonly invalid?: number;
  /** Connections in SYN_RECV that the last snapshot found, most of which have no row; null, absent: not known. */
  readonly synRecv?: number | null | undefined;
  /** Only of a source that cannot look when asked, but is told of the flows every so often. */
  readonly pace?: {
    readonly everyMs: number;
    /** Whether snapshot() has more to tell than the last one. */
    readonly hasNews: boolean;
  } | undefined;
  /** Waits for at most `ms` for something to drain. Resolves to false when the source has come to its end. */
  wait(ms: number): Promise<boolean>;
  /** Ends wait() early, where it can be long. */
  wake?: (() => void) | undefined;
  /** Hands over the open and close records written since the last call. */
  drain(sink: RecordSink): void;
  /** Looks at every live flow and hands over first what drain() would, then the live records, last one tick record. */
  snapshot(sink: RecordSink): void;
  /** Asks for full descriptions in the next snapshot. */
  describeAgain(): void;
  /** Frees everything. Safe to call twice. */
  close(): void | Promise<void>;
}
