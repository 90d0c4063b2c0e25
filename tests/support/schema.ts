import { Ajv2020 } from "ajv/dist/2020.js";
import groupEventSchema from "../../schemas/group_event.schema.json" with { type: "json" };
import groupsSchema from "../../schemas/groups.schema.json" with { type: "json" };
import sampleSchema from "../../schemas/sample.schema.json" with { type: "json" };

const wrongBy = (schema: object) => {
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
