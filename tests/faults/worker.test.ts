/** The Worker dies or hangs: the terminal is the shell's again, and a sentence says why. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Faults, HANG } from "../support/faults.ts";
import { inShell, ORDINARY, quoted, untilEnd } from "../support/in_shell.ts";
import { SHIM_CALLS } from "../support/shim_calls.ts";
import { execute, tcptop } from "../support/tcptop.ts";

const BREAKER = new URL("./break_worker.ts", import.meta.url).pathname;
const OWN = "Stopped by an error of its own: a fault of the test's. TCPTOP_DEBUG=1 shows more";
const GONE = "The thread that reads the kernel does not answer any more. Start tcptop again";

/** The program with a Worker that breaks after its second sample; its patience of 30 s is 1.5 s. */
function broken(how: string, ...args: readonly string[]): string[] {
  const [deno, run, ...rest] = tcptop(["-i", "200ms", "--no-resolve", "--tcp", ...args]);
  return ["env", `BREAK_WORKER=${how}`, deno, run, `--preload=${BREAKER}`, ...rest];
}

const WAYS = { throws: OWN, rejects: OWN, ends: GONE, hangs: GONE };

for (const [how, sentence] of Object.entries(WAYS)) {
  Deno.test(`tcptop whose Worker ${how} ends with a sentence and status 1`, async () => {
    const { code, stdout, stderr } = await execute(broken(how, "--json"));
    deepStrictEqual([code, stderr], [1, `tcptop: ${sentence}\n`]);
    strictEqual(stdout.trimEnd().split("\n").every((line) => JSON.parse(line).schema === "tcptop.sample/1"), true);
  });
}

Deno.test("tcptop whose Worker dies leaves the terminal as it was, with a sentence on the ordinary screen", async () => {
  for (const how of ["throws", "ends"] as const) {
    await using tmux = await inShell(quoted(broken(how)));
    const lines = await untilEnd(tmux), text = lines.join("").replaceAll(" ", "");
    ok(lines.includes("status 1"), lines.join("\n"));
    // One sentence, which the terminal breaks at a blank or anywhere else, and nothing before or after it.
    strictEqual(text.slice(0, text.indexOf("status1")), `tcptop:${WAYS[how]}`.replaceAll(" ", ""));
    deepStrictEqual(await tmux.modes(), ORDINARY);
  }
});

Deno.test("tcptop whose shim hangs still ends by q", async () => {
  await using faults = await Faults.make({ callErrno: HANG, callAfter: 2 });
  const call = SHIM_CALLS.find(({ name }) => name === "tcptop__snapshot")!;
  const line = faults.line(tcptop(["-i", "200ms", "--no-resolve"]), { name: call.name, stage: call.stages[0] });
  await using tmux = await inShell(quoted(line));
  await tmux.until("the call that hangs", () => faults.get("calls") > 2);
  await tmux.until("the screen", (lines) => lines[0].includes("tcptop"));
  const startMs = performance.now();
  await tmux.type("q");
  const lines = await untilEnd(tmux);
  match(lines.join("\n"), /^status 0$/m);
  ok(performance.now() - startMs < 10_000, "it took its time");
  deepStrictEqual(await tmux.modes(), ORDINARY);
});
