import { EventKind } from "./event_log.ts";
import { type GroupChange, LiveGroup, type Naming } from "./live_group.ts";
import { flowId, isConnecting, isTcp } from "./row.ts";
import { type EventBatch, eventWallMs, type Sample } from "./sample.ts";

/** So many samples after a sample, the events of every connection in it have come: at most one sample and one batch are on their way from the Worker,
 * and a batch has all that was drained before the sample that it follows. */
const SETTLED = 4;

interface Member<Identity> {
  readonly group: LiveGroup<Identity>;
  /** Number of the last sample that it was in, or that was the latest when it was met. */
  seen: number;
}

/**
 * When the first connection of a group opens, and when its last one ends. A connection stays with the group that it was in when it
 * was met, whoever holds it later: so each counts once. Holds the connections that are open, and nothing else.
 */
export class GroupLog<Identity> {
  readonly #groups = new Map<string | null, LiveGroup<Identity>>();
  /** By flowId(). */
  readonly #members = new Map<string, Member<Identity>>();
  /** Connections in samples whose openings may yet be told, with the number of the first such sample. */
  #expected: ReadonlyMap<string, number> = new Map();
  /** Whether an event has told of an opening: some sources tell of ends alone. */
  #tellsOpenings = false;
  #samples = 0;
  #eventsLost = 0;
  /** Numbers of the first and the last sample to compare with what events have told, because some are missing. */
  #doubtFrom = 0;
  #doubtUntil = 0;

  /** `choose`: the rows that count. */
  constructor(readonly naming: Naming<Identity>, readonly choose: (sample: Sample) => readonly number[]) {}

  /** What a batch of events says. */
  tell(batch: EventBatch): GroupChange<Identity>[] {
    if (batch.dropped > 0) this.#doubt();
    const chosen = new Set(this.choose(batch)), told: GroupChange<Identity>[] = [];
    for (let row = 0; row < batch.length; row++) {
      const id = flowId(batch.flows, row), kind = batch.events.kind[row];
      // What never was established has opened no group.
      if (kind === EventKind.failed && !this.#members.has(id)) continue;
      const member = this.#members.get(id) ?? (chosen.has(row) ? this.#join(batch, row, id) : undefined);
      if (member === undefined) continue;
      const { group } = member, opens = kind === EventKind.opened;
      this.#tellsOpenings ||= opens;
      if (!opens) group.ended(batch, row);
      const event = opens ? group.opened(batch, row) : this.#left(id, group, eventWallMs(batch, row));
      if (event !== null) told.push(event);
    }
    return told;
  }

  /** What a sample says where events are missing: takes in connections whose openings nobody told, as of those that were open before
   * tcptop, and gives up those whose ends nobody told. */
  look(sample: Sample): GroupChange<Identity>[] {
    this.#samples++;
    if (sample.health.eventsLost > this.#eventsLost) this.#doubt();
    this.#eventsLost = sample.health.eventsLost;
    if (this.#tellsOpenings && this.#samples > this.#doubtUntil) return [];
    this.#meet(sample);
    return this.#giveUp(sample);
  }

  #doubt(): void {
    if (this.#samples > this.#doubtUntil) {
      this.#doubtFrom = this.#samples;
      this.#expected = new Map();
    }
    this.#doubtUntil = this.#samples + SETTLED + 1;
  }

  #meet(sample: Sample): void {
    const { flows } = sample, chosen = new Set(this.choose(sample)), expected = new Map<string, number>();
    for (let row = 0; row < sample.length; row++) {
      if (!isTcp(flows, row) || flows.closed[row] || isConnecting(flows, row)) continue;
      const id = flowId(flows, row), member = this.#members.get(id);
      if (member !== undefined) member.seen = this.#samples;
      else if (chosen.has(row)) {
        const since = this.#expected.get(id) ?? this.#samples;
        if (this.#tellsOpenings && this.#samples - since < SETTLED) expected.set(id, since);
        else this.#join(sample, row, id);
      }
    }
    this.#expected = expected;
  }

  #giveUp({ wallMs }: Sample): GroupChange<Identity>[] {
    const told: GroupChange<Identity>[] = [];
    for (const [id, { group, seen }] of this.#members) {
      if (this.#samples - Math.max(seen, this.#doubtFrom) < SETTLED) continue;
      group.forgotten();
      const event = this.#left(id, group, wallMs);
      if (event !== null) told.push(event);
    }
    return told;
  }

  #join(sample: Sample, row: number, id: string): Member<Identity> {
    const of = this.naming.id(sample, row);
    const group = this.#groups.get(of) ?? new LiveGroup(sample, row, this.naming, of);
    this.#groups.set(of, group);
    group.join(sample, row);
    const member = { group, seen: this.#samples };
    this.#members.set(id, member);
    return member;
  }

  /** A member has ended: the end of its group, if it was the last one; else null. */
  #left(id: string, group: LiveGroup<Identity>, wallMs: number): GroupChange<Identity> | null {
    this.#members.delete(id);
    if (!group.isOver) return null;
    this.#groups.delete(group.id);
    return group.closed(wallMs);
  }
}
