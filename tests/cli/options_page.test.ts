import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { optionsText } from "../../src/cli.ts";
import { COLUMNS, TOTAL_RATE } from "../../src/view/column.ts";
import { FIELDS } from "../../src/view/filter/fields.ts";

const page = (name: string) => Deno.readTextFile(new URL(`../../docs/${name}`, import.meta.url));

Deno.test("docs/options.md is made of the options that the parser knows", async () => {
  strictEqual(await page("options.md") === optionsText(), true, "docs/options.md is stale: run deno task generate");
});

/** The names in the first column of the table under a heading: `process:curl` is the field process. */
function named(text: string, heading: string): string[] {
  const section = text.split(`\n## ${heading}\n`)[1].split("\n## ")[0];
  const cells = [...section.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`([^`]+)`/g)]);
  return [...new Set(cells.map(([, code]) => code.split(":")[0]))].sort();
}

Deno.test("docs/filters.md has every field and every number column, and no other", async () => {
  const text = await page("filters.md");
  deepStrictEqual(named(text, "Fields"), [...FIELDS.keys()].sort());
  const numbers = [...COLUMNS, TOTAL_RATE].filter(({ unit }) => unit !== undefined);
  deepStrictEqual(named(text, "Number columns"), numbers.map(({ id }) => id).sort());
});
