import { deepStrictEqual } from "node:assert/strict";

Deno.test("columns are objects in which V8 finds a field where it stands, one like the other", async () => {
  const script = new URL("columns_in_place.ts", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-check", "--v8-flags=--allow-natives-syntax", script],
    stderr: "inherit",
  }).output();
  deepStrictEqual(JSON.parse(new TextDecoder().decode(stdout)), {
    fast: [true, true, true, true],
    same: [true, true, true],
  });
});
