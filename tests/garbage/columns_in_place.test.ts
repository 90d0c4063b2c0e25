import { deepStrictEqual } from "node:assert/strict";
import { saidWithNatives } from "./natives.ts";

Deno.test("columns are objects in which V8 finds a field where it stands, one like the other", async () => {
  deepStrictEqual(await saidWithNatives("columns_in_place.ts"), {
    fast: [true, true, true, true],
    same: [true, true, true],
  });
});
