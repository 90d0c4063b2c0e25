import type { Group } from "../view/group.ts";
import { type GroupFacts, groupFacts } from "./group_facts.ts";
import type { Grouping } from "../view/group_key.ts";
import { Csv, FactRows } from "./csv.ts";
import { fieldsOfColumn } from "./csv_fields.ts";
import { FIGURES, IDENTITY } from "./group_fields.ts";

/** A row a group. `columns`: ids of the table's columns to write the fields of, each of which a group must have; null: every field. */
export function groupCsv(by: Grouping, columns: readonly string[] | null): Csv<Group> {
  const figures = columns?.flatMap(fieldsOfColumn).filter((field) => FIGURES.has(field)) ?? FIGURES.keys();
  const fields = new Map([...IDENTITY[by], ...FIGURES]);
  const names = [...new Set([...IDENTITY[by].keys(), ...figures])];
  return new Csv(
    names,
    new FactRows<Group, GroupFacts>(fields, names, (sample, group) => groupFacts(sample, group, by)),
  );
}
