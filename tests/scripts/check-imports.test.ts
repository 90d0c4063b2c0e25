import { deepStrictEqual } from "node:assert/strict";
import { wrongImports } from "../../scripts/check-imports.ts";

Deno.test("wrongImports() allows a file's own folder and those above it", () => {
  const text = `import { a } from "./sample.ts";\nimport type { B } from "../wire/layout.ts";\nimport "npm:x";`;
  deepStrictEqual(wrongImports("flow/tables.ts", text), []);
  deepStrictEqual(wrongImports("flow/tables.ts", `import { ExitStatus } from "../errors.ts";`), []);
  deepStrictEqual(wrongImports("cli.ts", `import { run } from "./app/run.ts";`), []);
});

Deno.test("wrongImports() names each import from below, static and dynamic", () => {
  const text = `import { run } from "../app/run.ts";\nconst view = await import("../view/flow.ts");`;
  deepStrictEqual(wrongImports("decode/decode.ts", text), [
    "decode/decode.ts imports app/run.ts, which is below it",
    "decode/decode.ts imports view/flow.ts, which is below it",
  ]);
});

Deno.test("wrongImports() refuses a folder that the order does not know", () => {
  deepStrictEqual(wrongImports("view/flow.ts", `export * from "../other/x.ts";`), [
    "view/flow.ts imports other/x.ts, which is below it",
  ]);
});
