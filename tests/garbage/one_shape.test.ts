import { deepStrictEqual } from "node:assert/strict";
import { saidWithNatives } from "./natives.ts";

Deno.test("samples are of one shape to V8, whether rows that ended before stand behind their own, and whether there is room for such", async () => {
  deepStrictEqual(await saidWithNatives("one_shape.ts"), {
    behind: [null, 1, null],
    rooms: [0, 5],
    same: [true, true, true, true],
  });
});
