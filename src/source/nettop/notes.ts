/**
 * What users are told about a run.
 * In: what failed, was restarted or skipped. Out: notes, and the sentence of the error when nothing works.
 */
import type { Reach } from "../../system/darwin/pcblist.ts";
import type { Note } from "../../system/source_info.ts";
import type { Invocation } from "./child.ts";

/** What macOS never tells. */
const FIDELITY: Note = {
  code: "nettop_fidelity",
  message: "macOS tells of connections once a second at most: shorter ones may be missed, bytes sent again count, " +
    "and retransmitted segments and the congestion window are not known",
  remedy: null,
};

const MISSING: Readonly<Record<Exclude<Reach, "all">, string>> = {
  own: "this macOS gives an ordinary user only their own sockets in that list: those of all others are missing",
  none: "the kernel's list of sockets is empty: all are missing",
};

export class Problems {
  restarts = 0;
  /** Lines that could not be read. */
  ignored = 0;
  readonly #failures: { readonly tried: Invocation; readonly why: string; readonly next: Invocation | null }[] = [];

  failed(tried: Invocation, why: string, next: Invocation | null): void {
    this.#failures.push({ tried, why, next });
  }

  /** `reach`: whose sockets the kernel's list has; null: the list is not used. */
  notes(reach: Reach | null): Note[] {
    const notes: Note[] = [FIDELITY];
    const last = this.#failures.at(-1);
    if (last !== undefined) {
      const message = reach !== null
        ? "nettop is of no use here, so sockets are taken from the kernel's list, which has no bytes"
        : last.next?.note ?? "nettop gives nothing";
      notes.push({
        code: "nettop_fallback",
        message: `${message}: ${last.tried.command[0]} ${last.why}`,
        remedy: null,
      });
    }
    if (reach !== null && reach !== "all") {
      notes.push({ code: "pcblist_partial", message: MISSING[reach], remedy: "Run it with sudo, which sees all" });
    }
    if (this.restarts > 0) {
      const times = this.restarts === 1 ? "once" : `${this.restarts} times`;
      const message = `nettop was started again ${times}: what opened and ended meanwhile is missing`;
      notes.push({ code: "nettop_restarted", message, remedy: null });
    }
    return notes;
  }

  /** The error when every invocation has failed and the kernel's list cannot be read. */
  sentence(): string {
    const { tried, why } = this.#failures[0], ways = this.#failures.length;
    return `Cannot see connections: ${tried.command[0]} ${why}. ${ways} ways of running it were tried, ` +
      "and the kernel's list of sockets cannot be read either";
  }
}
