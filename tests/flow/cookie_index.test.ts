import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { CookieIndex } from "../../src/flow/cookie_index.ts";

Deno.test("CookieIndex tells cookies apart that are one as doubles", () => {
  const index = new CookieIndex();
  index.set(1, 0xffffffff, 10);
  index.set(2, 0xffffffff, 20);
  index.set(0xffffffff, 1, 30);
  strictEqual(index.get(1, 0xffffffff), 10);
  strictEqual(index.get(2, 0xffffffff), 20);
  strictEqual(index.get(0xffffffff, 2), -1);
  strictEqual(index.size, 3);
});

Deno.test("CookieIndex does what a Map does, whatever the order of calls", () => {
  const cookie = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0, 1, 0xffffffff));
  const call = fc.tuple(fc.constantFrom("set", "set", "set", "delete", "delete", "get", "clear"), cookie, fc.nat(1000));
  fc.assert(fc.property(fc.array(call, { maxLength: 600 }), (calls) => {
    const index = new CookieIndex(), map = new Map<string, number>();
    for (const [what, [low, high], row] of calls) {
      const key = `${low} ${high}`;
      if (what === "set") index.set(low, high, row), map.set(key, row);
      else if (what === "delete") index.delete(low, high), map.delete(key);
      else if (what === "clear") index.clear(), map.clear();
      else strictEqual(index.get(low, high), map.get(key) ?? -1);
      strictEqual(index.size, map.size);
    }
  }));
});

Deno.test("CookieIndex finds all of 100,000 cookies while others come and go", () => {
  const index = new CookieIndex();
  for (let cookie = 0; cookie < 100_000; cookie++) {
    index.set(cookie, 0, cookie);
    if (cookie % 3 === 0) index.delete(cookie, 0);
  }
  for (let cookie = 0; cookie < 100_000; cookie++) strictEqual(index.get(cookie, 0), cookie % 3 === 0 ? -1 : cookie);
});
