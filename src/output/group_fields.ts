/** The fields that CSV of groups has. */
import type { Column } from "../view/column.ts";
import type { GroupFacts } from "./group_facts.ts";
import type { Grouping } from "../view/group_key.ts";
import { LIMIT_WORDS } from "../view/group_reasons.ts";
import { droppedFields, type Fields, fieldsOfColumn, same, TRAFFIC } from "./csv_fields.ts";

const plain = same<GroupFacts>;

/** Who the group is: these fields stand first whatever is asked for. */
export const IDENTITY: Readonly<Record<Grouping, Fields<GroupFacts>>> = {
  process: new Map([plain("key"), plain("process")]),
  remote: new Map([
    plain("key"),
    ["remote_address", ({ remote }) => remote?.address ?? null],
    ["remote_name", ({ remote }) => remote?.name ?? null],
  ]),
  port: new Map([plain("key"), plain("port"), plain("protocol")]),
  container: new Map([
    plain("key"),
    ["container_id", ({ container }) => container?.id ?? null],
    ["container_runtime", ({ container }) => container?.runtime ?? null],
    ["container_name", ({ container }) => container?.name ?? null],
  ]),
  cgroup: new Map([plain("key"), plain("cgroup")]),
  host: new Map([plain("key"), plain("host")]),
  peer: new Map([
    plain("key"),
    plain("process"),
    ["peer_kind", ({ peer }) => peer?.kind ?? null],
    ["peer_key", ({ peer }) => peer?.key ?? null],
    ["peer_container_id", ({ peer }) => peer?.container?.id ?? null],
    ["peer_container_name", ({ peer }) => peer?.container?.name ?? null],
    ["peer_direction", ({ peer }) => peer?.direction ?? null],
  ]),
};

export const FIGURES: Fields<GroupFacts> = new Map([
  plain("flows"),
  plain("tcp"),
  plain("udp"),
  plain("closed"),
  ...TRAFFIC.map(plain),
  plain("retransmits"),
  plain("rx_dropped_packets"),
  plain("rx_dropped_bytes"),
  plain("failed"),
  plain("reset"),
  ...LIMIT_WORDS.map((word) =>
    [`limited_by_${word}`, ({ limited_by }: GroupFacts) => limited_by?.[word] ?? null] as const
  ),
  ...droppedFields<GroupFacts>(),
  plain("ended"),
]);

/** Whether CSV of these groups has fields for the column; there are none for what only a single flow has. */
export function hasGroupField({ id }: Column, by: Grouping): boolean {
  return fieldsOfColumn(id).some((field) => IDENTITY[by].has(field) || FIGURES.has(field));
}
