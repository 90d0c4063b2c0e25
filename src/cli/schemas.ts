/** The JSON Schemas, by the names that --schema takes. */
import eventSchema from "../../schemas/event.schema.json" with { type: "json" };
import groupEventSchema from "../../schemas/group_event.schema.json" with { type: "json" };
import groupsSchema from "../../schemas/groups.schema.json" with { type: "json" };
import mapSchema from "../../schemas/map.schema.json" with { type: "json" };
import killSchema from "../../schemas/kill.schema.json" with { type: "json" };
import whenSchema from "../../schemas/when.schema.json" with { type: "json" };
import sampleSchema from "../../schemas/sample.schema.json" with { type: "json" };

const SCHEMAS: Readonly<Record<string, object>> = {
  sample: sampleSchema,
  groups: groupsSchema,
  event: eventSchema,
  "group-event": groupEventSchema,
  map: mapSchema,
  when: whenSchema,
  kill: killSchema,
};

export const SCHEMA_NAMES = Object.keys(SCHEMAS);

/** null: none is called so. */
export function schemaText(name: string): string | null {
  return Object.hasOwn(SCHEMAS, name) ? JSON.stringify(SCHEMAS[name], null, 2) + "\n" : null;
}
