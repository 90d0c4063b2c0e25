import { deepStrictEqual } from "node:assert/strict";

Deno.test("samples are of one shape to V8, whether rows that ended before stand behind their own, and whether there is room for such", async () => {
  const script = new URL("one_shape.ts", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-check", "--v8-flags=--allow-natives-syntax", script],
    stderr: "inherit",
  }).output();
  deepStrictEqual(JSON.parse(new TextDecoder().decode(stdout)), {
    behind: [null, 1, null],
    rooms: [0, 5],
    same: [true, true, true, true],
  });
});
