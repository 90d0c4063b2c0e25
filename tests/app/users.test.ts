import { deepStrictEqual, ok } from "node:assert/strict";
import { Users } from "../../src/app/users.ts";

Deno.test("Users.ask() has the names of those that are new, and asks once", async () => {
  const asked: number[] = [];
  const users = new Users((uid) => {
    asked.push(uid);
    return Promise.resolve(uid === 7 ? null : `user${uid}`);
  });
  await users.ask(Uint32Array.of(1, 7, 1, 9), 3, 1000);
  deepStrictEqual(users.take(), [[1, "user1"]]);
  await users.ask(Uint32Array.of(1, 7, 9), 3, 1000);
  deepStrictEqual([users.take(), users.take(), asked], [[[9, "user9"]], [], [1, 7, 9]]);
});

Deno.test("Users.ask() waits no longer than it may for a database that hangs, and has its answer later", async () => {
  const answer = Promise.withResolvers<string>(), users = new Users((uid) => uid === 1 ? answer.promise : `user${uid}`);
  const startMs = performance.now();
  await users.ask(Uint32Array.of(1, 2), 2, 30);
  ok(performance.now() - startMs < 5000);
  deepStrictEqual(users.take(), [[2, "user2"]]);
  await users.ask(Uint32Array.of(1, 2), 2, 1e9);
  answer.resolve("late");
  await answer.promise;
  await Promise.resolve();
  deepStrictEqual(users.take(), [[1, "late"]]);
});
