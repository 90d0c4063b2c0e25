import { Unknown } from "./columns.ts";
import { EventKind } from "./event_log.ts";
import { plus, retransmits, rxBytes, txBytes } from "./row.ts";
import { type EventBatch, eventWallMs, type Sample } from "./sample.ts";

/** What makes connections one group. */
export interface Naming<Identity> {
  /** The same for all connections of a group, and as long as it lives; null: those that have none are a group too. */
  readonly id: (sample: Sample, row: number) => string | null;
  /** What is told of the group a row is in, beside its figures. */
  readonly identity: (sample: Sample, row: number) => Identity;
}

/** The first connection of a group has opened, or its last one has ended. */
export interface GroupChange<Identity> {
  readonly event: "opened" | "closed";
  /** ms since 1970. */
  readonly wallMs: number;
  readonly identity: Identity;
  /** How many there were in all; 1 when it opens. */
  readonly connections: number;
  /** From the first opening to the last end; null: it opened just now, or one of the two is not known. */
  readonly durationUs: number | null;
  /** Sums over the connections of which the figure is known; null: of none, or it opened just now. */
  readonly rxBytes: number | null;
  readonly txBytes: number | null;
  readonly retransmits: number | null;
  /** false: the end of a connection was not seen, and there may have been more than the sums have. null for an opening. */
  readonly final: boolean | null;
}

/** A group as long as it has connections that are open. */
export class LiveGroup<Identity> {
  #identity: Identity;
  #open = 0;
  #connections = 0;
  #announced = false;
  /** 0: not known. */
  #firstNs: number;
  /** null: not known. */
  #lastNs: number | null = null;
  #rxBytes: number | null = null;
  #txBytes: number | null = null;
  #retransmits: number | null = null;
  #final = true;

  /** The group that the row belongs to. The row itself is counted by join(). */
  constructor(sample: Sample, row: number, readonly naming: Naming<Identity>, readonly id: string | null) {
    this.#identity = naming.identity(sample, row);
    this.#firstNs = openedNs(sample, row) ?? 0;
  }

  get isOver(): boolean {
    return this.#open === 0;
  }

  join(sample: Sample, row: number): void {
    this.#open++;
    this.#connections++;
    // No sample showed one whose opening is not known: it opened after those that samples did show.
    this.#firstNs = Math.min(this.#firstNs, openedNs(sample, row) ?? Infinity);
  }

  /** A member has opened: the group's opening, if the member is its first; else null. */
  opened(batch: EventBatch, row: number): GroupChange<Identity> | null {
    if (this.#announced || batch.flows.openedNs[row] > this.#firstNs) return null;
    this.#announced = true;
    return this.#change("opened", eventWallMs(batch, row));
  }

  /** A member has ended, and the event has its final figures. */
  ended(batch: EventBatch, row: number): void {
    this.#open--;
    this.#rxBytes = plus(this.#rxBytes, rxBytes(batch.flows, row));
    this.#txBytes = plus(this.#txBytes, txBytes(batch.flows, row));
    this.#retransmits = plus(this.#retransmits, retransmits(batch.flows, row));
    this.#lastNs = Math.max(this.#lastNs ?? 0, batch.flows.lastNs[row]);
    if (batch.events.kind[row] === EventKind.vanished) this.#final = false;
    // A container's name may have become known.
    if (this.naming.id(batch, row) === this.id) this.#identity = this.naming.identity(batch, row);
  }

  /** A member has ended, and no event said so. */
  forgotten(): void {
    this.#open--;
    this.#lastNs = null;
    this.#final = false;
  }

  closed(wallMs: number): GroupChange<Identity> {
    return this.#change("closed", wallMs);
  }

  #change(event: "opened" | "closed", wallMs: number): GroupChange<Identity> {
    const closed = event === "closed";
    return {
      event,
      wallMs,
      identity: this.#identity,
      connections: closed ? this.#connections : 1,
      durationUs: closed ? this.#durationUs() : null,
      rxBytes: closed ? this.#rxBytes : null,
      txBytes: closed ? this.#txBytes : null,
      retransmits: closed ? this.#retransmits : null,
      final: closed ? this.#final : null,
    };
  }

  #durationUs(): number | null {
    if (this.#firstNs === 0 || this.#lastNs === null) return null;
    return Math.max(0, Math.round((this.#lastNs - this.#firstNs) / 1e3));
  }
}

/** null: not known, but after the last sample. 0: before the first sample. */
function openedNs({ flows: f }: Sample, row: number): number | null {
  return f.unknown[row] & Unknown.age ? null : f.openedNs[row];
}
