import { Ajv2020 } from "ajv/dist/2020.js";
import groupEventSchema from "../../schemas/group_event.schema.json" with { type: "json" };
import groupsSchema from "../../schemas/groups.schema.json" with { type: "json" };
import sampleSchema from "../../schemas/sample.schema.json" with { type: "json" };

/** The schema as it was when the document was written: what is shipped takes fields of later versions, at every level, and here they
 * would be mistakes. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  // A choice beside fields knows only a part of them.
  const parts = "properties" in schema ? ["oneOf"] : [];
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, parts.includes(key) ? value : closed(value)]),
  );
  return copy.type === "object" && "properties" in copy ? { ...copy, additionalProperties: false } : copy;
}

/** What is wrong with the document by the schema; empty: nothing. */
export const wrongBy = (shipped: object) => {
  const schema = closed(shipped) as object;
  const strict = { strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true } as const;
  const validate = new Ajv2020(strict).compile(schema);
  return (document: unknown): string[] => {
    if (validate(document)) return [];
    return validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`).slice(0, 20);
  };
};

/** What is wrong with the document by the schema that is shipped; empty: nothing. */
export const wrongInSample = wrongBy(sampleSchema);
/** The same of a document of groups. */
export const wrongInGroups = wrongBy(groupsSchema);
/** And of a line about a group. */
export const wrongInGroupEvent = wrongBy(groupEventSchema);
