import type { Column } from "../view/column.ts";
import type { Group } from "../view/group.ts";
import { type GroupFacts, groupFacts } from "../view/group_facts.ts";
import type { Grouping } from "../view/group_key.ts";
import { Csv, type Fields, fieldsOfColumn, same } from "./csv.ts";

const plain = same<GroupFacts>;

/** Who the group is: these fields stand first whatever is asked for. */
const IDENTITY: Readonly<Record<Grouping, Fields<GroupFacts>>> = {
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
};

const FIGURES: Fields<GroupFacts> = new Map([
  plain("flows"),
  plain("tcp"),
  plain("udp"),
  plain("closed"),
  plain("rx_bytes"),
  plain("tx_bytes"),
  plain("rx_bytes_delta"),
  plain("tx_bytes_delta"),
  plain("rx_bytes_per_s"),
  plain("tx_bytes_per_s"),
  plain("rx_packets"),
  plain("tx_packets"),
  plain("retransmits"),
]);

/** A row a group. `columns`: ids of the table's columns to write the fields of, each of which a group must have; null: every field. */
export function groupCsv(by: Grouping, columns: readonly string[] | null): Csv<Group, GroupFacts> {
  const figures = columns?.flatMap(fieldsOfColumn).filter((field) => FIGURES.has(field)) ?? FIGURES.keys();
  const fields = new Map([...IDENTITY[by], ...FIGURES]);
  return new Csv(fields, [...IDENTITY[by].keys(), ...figures], (sample, group) => groupFacts(sample, group, by));
}

/** Whether CSV of these groups has fields for the column; there are none for what only a single flow has. */
export function hasGroupField({ id }: Column, by: Grouping): boolean {
  return fieldsOfColumn(id).some((field) => IDENTITY[by].has(field) || FIGURES.has(field));
}
