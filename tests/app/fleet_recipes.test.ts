/** The recipes of examples/fleet that fill the table have its columns, and no others. */
import { deepStrictEqual } from "node:assert/strict";
import { parse } from "yaml";

const text = (name: string) => Deno.readTextFileSync(new URL(`../../examples/fleet/${name}`, import.meta.url));
const COLUMNS = [...text("clickhouse.sql").matchAll(/^ {4}(\w+) \w/gm)].map(([, name]) => name).sort();
const sorted = (matches: Iterable<RegExpMatchArray>) => [...matches].map(([, name]) => name).sort();

Deno.test("events.jq has the columns of the table", () => {
  const [, object] = /\| \{\n([^]*)\n {2}\}/.exec(text("events.jq"))!;
  deepStrictEqual(sorted(object.matchAll(/^ {4}(\w+)/gm)), COLUMNS);
});

Deno.test("Vector's program has the columns of the table", () => {
  const { transforms: { flat } } = parse(text("vector.yaml"));
  deepStrictEqual(sorted(flat.source.matchAll(/^ {2}"(\w+)":/gm)), COLUMNS);
});

Deno.test("Fluent Bit's program has the columns of the table, but for the host, which a filter adds", () => {
  const { pipeline: { filters: [lua, host] } } = parse(text("fluent-bit.yaml"));
  const own = sorted(lua.code.matchAll(/^ {4}(\w+) = /gm));
  deepStrictEqual([...own, ...sorted([host.record.match(/^(\w+)/)])].sort(), COLUMNS);
});
