/** A group of connections over its life, and what is told of it. */
import { Unknown } from "../flow/columns.ts";
import { EventKind } from "../flow/event_log.ts";
import type { Sample } from "../flow/sample.ts";
import { type EventBatch, eventTime } from "./event.ts";
import { plus } from "./group.ts";
import { GROUP_FIGURES, type GroupIdentity, identity } from "./group_facts.ts";
import { groupId, type Grouping, groupKey } from "./group_key.ts";

/** The first connection of a group has opened, or its last one has ended. */
export interface GroupEvent extends GroupIdentity {
  readonly event: "opened" | "closed";
  /** UTC, to the microsecond. */
  readonly time: string;
  readonly group_by: Grouping;
  /** That it had: 1 when it opens. */
  readonly connections: number;
  /** From the first opening to the last end; null: it opened just now, or one of the two is not known. */
  readonly duration_us: number | null;
  /** Sums over the connections of which the figure is known; null: of none, or it opened just now. */
  readonly rx_bytes: number | null;
  readonly tx_bytes: number | null;
  readonly retransmits: number | null;
  /** false: the end of a connection was not seen, and there may have been more than the sums have. null for an opening. */
  readonly final: boolean | null;
}

/** A group as long as it has connections that are open. */
export class LiveGroup {
  #identity: GroupIdentity;
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

  /** The group of the row, without the row. */
  constructor(sample: Sample, row: number, readonly by: Grouping, readonly id: string | null) {
    this.#identity = identityOf(sample, row, by);
    this.#firstNs = openedNs(sample, row) ?? 0;
  }

  get isOver(): boolean {
    return this.#open === 0;
  }

  join(sample: Sample, row: number): void {
    this.#open++;
    this.#connections++;
    // One whose opening is not known was met by no look, so it opened after those that were.
    this.#firstNs = Math.min(this.#firstNs, openedNs(sample, row) ?? Infinity);
  }

  /** The opening of a member: what is to be told if it is the first of all; null: nothing. */
  opened(batch: EventBatch, row: number): GroupEvent | null {
    if (this.#announced || batch.flows.openedNs[row] > this.#firstNs) return null;
    this.#announced = true;
    return this.#event("opened", eventTime(batch, row));
  }

  /** The end of a member, as it was seen. */
  ended(batch: EventBatch, row: number): void {
    this.#open--;
    this.#rxBytes = plus(this.#rxBytes, GROUP_FIGURES.rx_bytes(batch, row));
    this.#txBytes = plus(this.#txBytes, GROUP_FIGURES.tx_bytes(batch, row));
    this.#retransmits = plus(this.#retransmits, GROUP_FIGURES.retransmits(batch, row));
    this.#lastNs = Math.max(this.#lastNs ?? 0, batch.flows.lastNs[row]);
    if (batch.events.kind[row] === EventKind.vanished) this.#final = false;
    // A container's name may have become known.
    if (groupId(batch, row, this.by) === this.id) this.#identity = identityOf(batch, row, this.by);
  }

  /** The end of a member of which nobody told. */
  forgotten(): void {
    this.#open--;
    this.#lastNs = null;
    this.#final = false;
  }

  closed(time: string): GroupEvent {
    return this.#event("closed", time);
  }

  #event(event: GroupEvent["event"], time: string): GroupEvent {
    const closed = event === "closed";
    return {
      event,
      time,
      group_by: this.by,
      ...this.#identity,
      connections: closed ? this.#connections : 1,
      duration_us: closed ? this.#durationUs() : null,
      rx_bytes: closed ? this.#rxBytes : null,
      tx_bytes: closed ? this.#txBytes : null,
      retransmits: closed ? this.#retransmits : null,
      final: closed ? this.#final : null,
    };
  }

  #durationUs(): number | null {
    if (this.#firstNs === 0 || this.#lastNs === null) return null;
    return Math.max(0, Math.round((this.#lastNs - this.#firstNs) / 1e3));
  }
}

function identityOf(sample: Sample, row: number, by: Grouping): GroupIdentity {
  return { key: groupKey(sample, row, by), ...identity(sample, [row], by) };
}

/** null: not known, but after the last look at all connections. 0: before the first one. */
function openedNs({ flows: f }: Sample, row: number): number | null {
  return f.unknown[row] & Unknown.age ? null : f.openedNs[row];
}
