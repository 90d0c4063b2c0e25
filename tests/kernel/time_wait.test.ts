import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Netns } from "../support/netns.ts";
import { execute, Running, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

/** Exact where nothing has changed meanwhile. */
const isBetween = ([before, told, after]: readonly number[]) =>
  Math.min(before, after) <= told && told <= Math.max(before, after);

Deno.test("totals.time_wait is what ss counts, in every namespace that has flows", async () => {
  const ss = async (...prefix: string[]) => {
    const { stdout } = await execute([...prefix, "ss", "-Htan", "state", "time-wait"]);
    return stdout.split("\n").filter((line) => line !== "").length;
  };
  // What other programs have left in this machine's first namespace goes within a minute, if they leave no more.
  const endMs = performance.now() + 75_000;
  for (let last = -1; last !== (last = await ss()) && performance.now() < endMs;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await using netns = await Netns.make();
  const inside = ["--client-netns", netns.path, "--server-netns", netns.path];
  await using held = await Workload.start("hold", "--count", 1, ...inside);
  await held.until("ready");
  await using short = await Workload.start("short", "--count", 137, ...inside);
  await short.until("done");
  await using running = await Running.start("--interval", "300ms");
  // Those of this machine's first namespace come and go with other programs.
  let seen: number[] = [];
  for (let tries = 0; tries < 20; tries++) {
    const before = await ss() + await ss("ip", "netns", "exec", netns.name), { totals } = await running.fresh();
    const after = await ss() + await ss("ip", "netns", "exec", netns.name);
    seen = [before, totals.time_wait, after];
    if (isBetween(seen)) break;
  }
  ok(isBetween(seen), `${seen}`);
  strictEqual(await ss("ip", "netns", "exec", netns.name), 137);
});

Deno.test("a filter for TIME_WAIT is refused, with where its number is", async () => {
  for (const text of ["state:time-wait", "not state:TIME_WAIT", "curl or state:ti"]) {
    const { code, stdout, stderr } = await execute(tcptop(["--once", "-f", text]));
    deepStrictEqual([code, stdout, /have no row; their number is in JSON's totals, time_wait/.test(stderr)], [
      2,
      "",
      true,
    ]);
  }
});
