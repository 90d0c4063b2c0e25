import { Ajv2020 } from "ajv/dist/2020.js";
import schema from "../../schemas/sample.schema.json" with { type: "json" };

const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true }).compile(
  schema,
);

/** What is wrong with the document by the schema that is shipped; empty: nothing. */
export function wrongInSample(document: unknown): string[] {
  if (validate(document)) return [];
  return validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`).slice(0, 20);
}
