import type { Column } from "./view/column.ts";
import type { Filter } from "./view/filter/ast.ts";

/** What the command line asks for. */
export interface Options {
  readonly intervalMs: number;
  /** Samples after which to stop; null: never. */
  readonly count: number | null;
  readonly once: boolean;
  readonly batch: boolean;
  readonly json: boolean;
  readonly sort: { readonly column: Column; readonly descending: boolean };
  /** null: what suits the output. */
  readonly limit: number | null;
  /** null: what suits the output. */
  readonly columns: readonly Column[] | null;
  /** --filter and its short forms together; null: everything passes. */
  readonly filter: Filter | null;
  /** null: both. */
  readonly protocol: "tcp" | "udp" | null;
  readonly listeners: boolean;
  readonly source: "auto" | "bpf";
  readonly ringBytes: number;
  readonly udpTimeoutMs: number;
  /** Stay root, or whatever it was started as. */
  readonly keepPrivileges: boolean;
}
