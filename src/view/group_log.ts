import { EventKind } from "../flow/event_log.ts";
import type { Sample } from "../flow/sample.ts";
import { type EventBatch, eventTime, microTime } from "./event.ts";
import { flowId, isTcp } from "./flow.ts";
import { type GroupEvent, LiveGroup } from "./group_event.ts";
import { groupId, type Grouping } from "./group_key.ts";

/** A connection that this many samples in a row do not show has ended, and its end was among events that were dropped. One that waits to be
 * told comes earlier: each batch has all that a sample or two before it knew. */
const MISSED = 8;

interface Member {
  readonly group: LiveGroup;
  /** Number of the last sample that showed it, or was there when it came. */
  seen: number;
}

/**
 * When the first connection of a group opens, and when its last one ends. A connection stays with the group that it was in when it
 * was met, whoever holds it later: so each counts once. Holds the connections that are open, and nothing else.
 */
export class GroupLog {
  readonly #groups = new Map<string | null, LiveGroup>();
  /** By flowId(). */
  readonly #members = new Map<string, Member>();
  #samples = 0;

  /** `choose`: the rows that count. */
  constructor(readonly by: Grouping, readonly choose: (sample: Sample) => readonly number[]) {}

  /** What a batch of events says. */
  tell(batch: EventBatch): GroupEvent[] {
    const chosen = new Set(this.choose(batch)), told: GroupEvent[] = [];
    for (let row = 0; row < batch.length; row++) {
      const id = flowId(batch.flows, row);
      const member = this.#members.get(id) ?? (chosen.has(row) ? this.#join(batch, row, id) : undefined);
      if (member === undefined) continue;
      const { group } = member, opens = batch.events.kind[row] === EventKind.opened;
      if (!opens) group.ended(batch, row);
      const event = opens ? group.opened(batch, row) : this.#left(id, group, eventTime(batch, row));
      if (event !== null) told.push(event);
    }
    return told;
  }

  /** Takes in connections that no event has told of, as those that were open before tcptop, and gives up those that are gone. */
  look(sample: Sample): GroupEvent[] {
    const { flows } = sample, chosen = new Set(this.choose(sample)), told: GroupEvent[] = [];
    this.#samples++;
    for (let row = 0; row < sample.length; row++) {
      if (!isTcp(flows, row) || flows.closed[row]) continue;
      const id = flowId(flows, row), member = this.#members.get(id);
      if (member !== undefined) member.seen = this.#samples;
      else if (chosen.has(row)) this.#join(sample, row, id);
    }
    for (const [id, { group, seen }] of this.#members) {
      if (this.#samples - seen < MISSED) continue;
      group.forgotten();
      const event = this.#left(id, group, microTime(sample.wallMs));
      if (event !== null) told.push(event);
    }
    return told;
  }

  #join(sample: Sample, row: number, id: string): Member {
    const of = groupId(sample, row, this.by);
    const group = this.#groups.get(of) ?? new LiveGroup(sample, row, this.by, of);
    this.#groups.set(of, group);
    group.join(sample, row);
    const member = { group, seen: this.#samples };
    this.#members.set(id, member);
    return member;
  }

  /** What there is to tell when a member has ended; null: nothing. */
  #left(id: string, group: LiveGroup, time: string): GroupEvent | null {
    this.#members.delete(id);
    if (!group.isOver) return null;
    this.#groups.delete(group.id);
    return group.closed(time);
  }
}
