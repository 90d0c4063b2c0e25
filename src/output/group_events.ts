/** What happens to groups, as lines. */
import type { FlowArrays } from "../flow/columns.ts";
import { GroupLog } from "../flow/group_log.ts";
import type { GroupChange } from "../flow/live_group.ts";
import type { Sample } from "../flow/sample.ts";
import { groupId, type Grouping, keyLabel } from "../view/group_key.ts";
import { bytesText, counted, durationText } from "../view/units.ts";
import { microTime } from "./event_facts.ts";
import { inChunks } from "./events.ts";
import { type GroupIdentity, groupIdentity } from "./group_facts.ts";

export const GROUP_EVENT_SCHEMA = "tcptop.group_event/1";

/** The first connection of a group has opened, or its last one has ended: a GroupChange as the JSON document has it. */
export interface GroupEvent extends GroupIdentity {
  readonly event: "opened" | "closed";
  /** UTC, to the microsecond. */
  readonly time: string;
  readonly group_by: Grouping;
  readonly connections: number;
  readonly duration_us: number | null;
  readonly rx_bytes: number | null;
  readonly tx_bytes: number | null;
  readonly retransmits: number | null;
  readonly final: boolean | null;
}

/** `choose`: the rows that count. */
export function groupLog(
  by: Grouping,
  choose: (sample: Sample) => readonly number[],
  told: (sample: Sample) => Sample = (sample) => sample,
): GroupLog<GroupIdentity> {
  const seen = (sample: Sample) => by === "peer" ? oneEnded(told(sample)) : told(sample);
  const id = (sample: Sample, row: number) => groupId(seen(sample), row, by);
  return new GroupLog({ id, identity: (sample, row) => groupIdentity(seen(sample), row, by) }, choose);
}

/** Kept as long as the flows that they are made of. */
const oneEndedFlows = new WeakMap<FlowArrays, FlowArrays>();

/** A sample that knows as much of other ends as an opening does, which comes before it is known whether they are on this machine: else what was open at the start
 * would be in another group than what opens later between the same two. */
function oneEnded(sample: Sample): Sample {
  let flows = oneEndedFlows.get(sample.flows);
  if (flows === undefined) {
    const { pair, inside } = sample.flows;
    flows = { ...sample.flows, pair: new Uint32Array(pair.length), inside: new Uint8Array(inside.length) };
    oneEndedFlows.set(sample.flows, flows);
  }
  return { ...sample, flows };
}

export function groupEvent(change: GroupChange<GroupIdentity>, by: Grouping): GroupEvent {
  return {
    event: change.event,
    time: microTime(change.wallMs),
    group_by: by,
    ...change.identity,
    connections: change.connections,
    duration_us: change.durationUs,
    rx_bytes: change.rxBytes,
    tx_bytes: change.txBytes,
    retransmits: change.retransmits,
    final: change.final,
  };
}

/** A JSON document a line, in pieces of whole lines. */
export function groupEventsJson(events: readonly GroupEvent[]): Iterable<string> {
  return inChunks(events, (event) => JSON.stringify({ schema: GROUP_EVENT_SCHEMA, ...event }) + "\n");
}

/** 03:04:05.678901 closed curl  3 connections  5.30 s  in 12.1 KiB  out 678 B  retrans 0 */
export function groupEventsText(events: readonly GroupEvent[]): Iterable<string> {
  return inChunks(events, (event) => textLine(event) + "\n");
}

function textLine({ event, time, key, group_by, connections, final, ...sums }: GroupEvent): string {
  const parts = [`${time} ${event.padEnd(6)} ${keyLabel(key, group_by)}`];
  if (event === "closed") {
    parts.push(
      counted(connections, "[connection|connections]"),
      durationText(sums.duration_us),
      `in ${bytesText(sums.rx_bytes)}`,
      `out ${bytesText(sums.tx_bytes)}`,
      `retrans ${sums.retransmits ?? "-"}`,
    );
    if (final === false) parts.push("end not seen");
  }
  return parts.join("  ");
}
