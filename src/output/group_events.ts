/** What happens to groups, as lines. */
import type { GroupEvent } from "../view/group_event.ts";
import { keyLabel } from "../view/group_key.ts";
import { bytesText, counted, durationText } from "../view/units.ts";
import { inChunks } from "./events.ts";

export const GROUP_EVENT_SCHEMA = "tcptop.group_event/1";

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
