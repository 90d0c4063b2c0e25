import type { Column } from "./view/column.ts";
import type { Condition } from "./view/condition.ts";
import type { Filter } from "./view/filter/ast.ts";
import type { Grouping } from "./view/group_key.ts";
import type { Time } from "./time.ts";
import type { Sort } from "./view/sort.ts";

/** A user's defaults, as they were read. */
export interface OptionsFile {
  readonly path: string;
  readonly text: string;
}

/** What `run` is to run. */
export interface CommandOptions {
  /** Its name and arguments. */
  readonly words: readonly string[];
  /** As root, though sudo was called by another user. */
  readonly asRoot: boolean;
}

/** What `kill` is to do with what the filter of the options matches. */
export interface KillOptions {
  /** Only says what would be ended. */
  readonly dryRun: boolean;
  /** Without asking. */
  readonly yes: boolean;
}

/** How much of a recording is kept: by time, or by size. */
export type Keeping = { readonly ms: number } | { readonly bytes: number };

/** Where OpenTelemetry goes. */
export interface OtlpOptions {
  /** null: to where the environment says, or to this machine. */
  readonly url: string | null;
  readonly logs: boolean;
}

export type MapForm = "mermaid" | "dot" | "json";

/** What the command line asks for. */
export interface Options {
  /** The options that the command line itself has, by their long names where they have one: none that come from a file. */
  readonly given: readonly string[];
  readonly intervalMs: number;
  /** Samples after which to stop; null: never. */
  readonly count: number | null;
  readonly once: boolean;
  readonly batch: boolean;
  readonly json: boolean;
  readonly sort: Sort;
  /** null: what suits the output. */
  readonly limit: number | null;
  /** null: what suits the output. */
  readonly columns: readonly Column[] | null;
  /** Rates in bit/s, where people read them. */
  readonly bits: boolean;
  /** --filter and its short forms together; null: everything passes. */
  readonly filter: Filter | null;
  /** null: both. */
  readonly protocol: "tcp" | "udp" | null;
  readonly listeners: boolean;
  /** Not by --listen, but as the filter asks for them. */
  readonly listenersOfFilter: boolean;
  /** null: a row a flow. */
  readonly group: Grouping | null;
  /** Groups count what has ended too. */
  readonly sinceStart: boolean;
  /** Both ends of a connection inside this machine as one row; null: what suits the output. */
  readonly pairs: boolean | null;
  /** Reverse DNS; null: what suits the output. */
  readonly resolve: boolean | null;
  /** The mouse moves and clicks; without, the terminal selects text with it. */
  readonly mouse: boolean;
  readonly color: "auto" | "always" | "never";
  readonly source: "auto" | "bpf" | "netlink";
  readonly ringBytes: number;
  /** Lines about connections instead of samples. */
  readonly events: boolean;
  /** A file, or "-" for standard output. */
  readonly csv: string | null;
  /** A file, "-" for standard output, or with `keep` a directory. */
  readonly record: string | null;
  /** How much of the recordings in the directory is kept. */
  readonly keep: Keeping | null;
  /** How long the live screen remembers; 0: it does not. */
  readonly historyMs: number;
  /** Where to serve counters. */
  readonly metrics: { readonly hostname: string; readonly port: number } | null;
  /** Names that it is served under besides those it has anyway. */
  readonly metricsHosts: readonly string[];
  /** null: nothing is sent. */
  readonly otlp: OtlpOptions | null;
  /** A file with networks by name. */
  readonly networks: string | null;
  /** A file, a directory, or "-" for standard input. */
  readonly replay: string | null;
  /** Looked at by ssh instead of this machine; empty: this machine is. */
  readonly hosts: readonly string[];
  /** Of the replay. */
  readonly from: Time | null;
  readonly to: Time | null;
  /** The replay begins at `from` and stands still there. */
  readonly at: boolean;
  /** A file that is to allow what was seen. */
  readonly learn: string | null;
  /** Files of filters, one of which each flow must match. */
  readonly allow: readonly string[];
  /** What none matches is told, and no failure. */
  readonly warn: boolean;
  /** --learn and --allow take flows too that never leave this machine. */
  readonly inside: boolean;
  /** A file that what was seen is appended to, as Markdown. */
  readonly summary: string | null;
  /** A file that gets the whole run as a page of HTML. */
  readonly report: string | null;
  /** What is told of as it begins to hold, and ends to. */
  readonly when: readonly Condition[];
  /** A line for a shell, run at each of these; null: nothing is run. */
  readonly whenRun: string | null;
  /** The first that begins ends the run with this status; null: it goes on. */
  readonly whenExit: number | null;
  /** A file of what is not new; null: none. */
  readonly known: string | null;
  /** Command lines of processes are read, and told. */
  readonly commandLines: boolean;
  /** K ends a connection. */
  readonly allowKill: boolean;
  /** null: nothing is ended. */
  readonly kill: KillOptions | null;
  /** null: the whole machine is watched. */
  readonly command: CommandOptions | null;
  readonly udpTimeoutMs: number;
  /** Who talks to whom, at the end; null: samples. */
  readonly map: MapForm | null;
  /** Names from the answers of name servers. */
  readonly watchDns: boolean;
  /** Stay root, or whatever it was started as. */
  readonly keepPrivileges: boolean;
}
