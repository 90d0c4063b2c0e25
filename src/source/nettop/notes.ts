import type { Reach } from "../../system/darwin/reach.ts";
import type { Note } from "../../system/source_info.ts";
import type { Rung } from "./ladder.ts";

/** What macOS does not tell, whatever happens. */
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

/** What went wrong with nettop so far. */
export class Trouble {
  restarts = 0;
  ignored = 0;
  isOnSockets = false;
  /** Whose sockets the kernel's list has. */
  reach: Reach = "all";
  readonly #failures: { readonly rung: Rung; readonly why: string; readonly next: Rung | null }[] = [];
  #begun = false;

  failed(rung: Rung, why: string, next: Rung | null): void {
    this.#failures.push({ rung, why, next });
  }

  /** Whether this is the first look at the sockets. */
  beginsOnSockets(): boolean {
    const begins = !this.#begun;
    this.#begun = true;
    return begins;
  }

  notes(): Note[] {
    const notes: Note[] = [FIDELITY];
    const last = this.#failures.at(-1);
    if (last !== undefined) {
      const message = this.isOnSockets
        ? "nettop is of no use here, so sockets are taken from the kernel's list, which has no bytes"
        : last.next?.note ?? "nettop gives nothing";
      notes.push({ code: "nettop_fallback", message: `${message}: ${last.rung.command[0]} ${last.why}`, remedy: null });
    }
    if (this.isOnSockets && this.reach !== "all") {
      notes.push({ code: "pcblist_partial", message: MISSING[this.reach], remedy: "Run it with sudo, which sees all" });
    }
    if (this.restarts > 0) {
      const times = this.restarts === 1 ? "once" : `${this.restarts} times`;
      const message = `nettop was started again ${times}: what opened and ended meanwhile is missing`;
      notes.push({ code: "nettop_restarted", message, remedy: null });
    }
    return notes;
  }

  /** That there is nothing to go on with. */
  sentence(): string {
    const { rung, why } = this.#failures[0], ways = this.#failures.length;
    return `Cannot see connections: ${rung.command[0]} ${why}. ${ways} ways of running it were tried, ` +
      "and the kernel's list of sockets cannot be read either";
  }
}
