/** What can be told exactly on a kernel that runs no tracing program while process 1 is current. */
import { strictEqual } from "node:assert/strict";
import { execute, tcptop } from "./tcptop.ts";

const MOST = 6;

/** How often a test may try what a timer of the kernel drops. A timer interrupts whatever runs: where that may be process 1, over which no program
 * is run (`tcptop doctor` says so), less than the truth can be told, never more, and the test tries again. Elsewhere the first try counts. */
export async function triesOfTimers(): Promise<number> {
  const { stdout, stderr } = await execute(tcptop(["doctor", "--json"]));
  strictEqual(stderr, "");
  const { checks } = JSON.parse(stdout) as { checks: { id: string; ok: boolean }[] };
  return checks.find(({ id }) => id === "first_process")?.ok === false ? MOST : 1;
}
