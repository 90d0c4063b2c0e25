import { strictEqual, throws } from "node:assert/strict";
import { FilterError, printFilter } from "../../../src/view/filter/ast.ts";
import { compileFilter } from "../../../src/view/filter/compile.ts";
import { parseFilter } from "../../../src/view/filter/parse.ts";
import { fakeSample } from "../fake_sample.ts";

/** What every object answers to, whether or not anybody has defined it. */
const INHERITED = [...Object.getOwnPropertyNames(Object.prototype), "length", "size", "get", "prototype"];

Deno.test("parseFilter() knows no field, value or unit by a name that every object has", () => {
  for (const name of INHERITED) {
    // Quoted where the name is no word of the language; the field itself cannot be quoted.
    for (const text of [`${name}:a`, `${name}>1`, `rx/s>1${name}`, `rtt>1${name}`, `cwnd=1${name}`]) {
      if (text.startsWith("__")) continue;
      throws(() => parseFilter(text), FilterError, text);
    }
    for (const field of ["proto", "family", "direction", "state", "pid", "port"]) {
      throws(() => parseFilter(`${field}:"${name}"`), FilterError, `${field}:${name}`);
    }
  }
});

Deno.test("parseFilter() takes such a name as a word or a part of a name like any other", () => {
  const sample = fakeSample([{ process: "constructor" }, { process: "curl" }]);
  for (const text of ["constructor", "process:constructor", "not curl"]) {
    const test = compileFilter(parseFilter(text)!);
    strictEqual(`${test(sample, 0)} ${test(sample, 1)}`, "true false", text);
  }
  strictEqual(printFilter(parseFilter("__proto__")!), "__proto__");
});
