import { deepStrictEqual } from "node:assert/strict";
import { SYMBOLS } from "../../src/system/shim.ts";

const KINDS: Readonly<Record<string, string>> = {
  "struct tcptop *": "pointer",
  "uint8_t *": "buffer",
  "const uint8_t *": "buffer",
  "uint32_t []": "buffer",
  "uint64_t []": "buffer",
  "int32_t *": "buffer",
  "int64_t []": "buffer",
  "int32_t ": "i32",
  "uint32_t ": "u32",
  "int64_t ": "i64",
  "uint64_t ": "u64",
  "void ": "void",
};

/** "uint64_t out[4]" is "uint64_t []", "struct tcptop *t" is "struct tcptop *". */
function kindOf(declaration: string): string {
  const array = /\[\d*\]$/.test(declaration);
  const type = declaration.replace(/\[\d*\]$/, "").replace(/\w+$/, "") + (array ? "[]" : "");
  return KINDS[type] ?? `unknown type "${type}"`;
}

Deno.test("SYMBOLS repeats ffi/tcptop.h: names, parameters and results", async () => {
  const text = await Deno.readTextFile(new URL("../../ffi/tcptop.h", import.meta.url));
  const header = text.replace(/\/\*[^]*?\*\//g, "").replace(/\s+/g, " ");
  const declared: Record<string, unknown> = {};
  for (const [, result, name, list] of header.matchAll(/([a-z0-9_ ]+[ *])(tcptop__\w+)\(([^)]*)\);/g)) {
    const parameters = list === "void" ? [] : list.split(", ").map(kindOf);
    declared[name] = {
      parameters,
      result: kindOf(`${result.trim().replace(/^.*; /, "")}${result.endsWith("*") ? "" : " "}x`),
    };
  }
  const table = Object.entries(SYMBOLS).map((
    [name, { parameters, result }],
  ) => [name, { parameters: [...parameters], result }]);
  deepStrictEqual(Object.fromEntries(table), declared);
});
