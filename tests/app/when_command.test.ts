import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { WhenCommand } from "../../src/app/when_command.ts";
import type { RunEnd, Runner } from "../../src/system/runner.ts";

/** Runs end when they are told to. */
class ByHand implements Runner {
  readonly begun: string[] = [];
  closed = 0;
  #end: ((end: RunEnd) => void) | null = null;
  #begins = Promise.withResolvers<void>();

  run(_: readonly string[], document: string): Promise<RunEnd> {
    this.begun.push(document);
    this.#begins.resolve();
    this.#begins = Promise.withResolvers();
    return new Promise((resolve) => this.#end = resolve);
  }

  /** Resolves once the next one runs. */
  next(): Promise<void> {
    return this.#begins.promise;
  }

  end(end: RunEnd): void {
    this.#end!(end);
  }

  close(): void {
    this.closed++;
  }
}

const DONE = { status: 0, signal: null };

Deno.test("a command runs one at a time, and what went wrong is told", async () => {
  const runner = new ByHand(), said: string[] = [];
  const command = new WhenCommand(runner, "notify", (sentence) => said.push(sentence), 0);
  for (const name of ["a", "b", "c", "d", "e", "f"]) command.add([], name);
  const ends: RunEnd[] = [
    DONE,
    { status: 3, signal: null },
    { status: 127, signal: null },
    { status: 0, signal: 9 },
    { notStarted: "Resource temporarily unavailable" },
    null,
  ];
  for (const [i, end] of ends.entries()) {
    strictEqual(runner.begun.length, i + 1);
    const next = runner.next();
    runner.end(end);
    if (i < ends.length - 1) await next;
  }
  await command.close();
  deepStrictEqual(runner.begun, ["a", "b", "c", "d", "e", "f"]);
  deepStrictEqual(said, [
    "--when-run 'notify' ended with status 3",
    "--when-run 'notify' ended with status 127: there is no such command",
    "--when-run 'notify' was killed by signal 9",
    "--when-run 'notify' could not be started: Resource temporarily unavailable",
    "--when-run 'notify' cannot be run any more: the process for it has gone",
  ]);
  strictEqual(runner.closed, 1);
});

Deno.test("a command that hangs holds up the others, and all of them are counted", async () => {
  const runner = new ByHand(), said: string[] = [];
  const command = new WhenCommand(runner, "hang", (sentence) => said.push(sentence), 0, 1);
  for (let i = 0; i < 1007; i++) command.add([], String(i));
  deepStrictEqual(runner.begun, ["0"]);
  await command.close(20);
  deepStrictEqual(said.toSorted(), [
    "--when-run 'hang' has not ended, and goes on alone",
    "--when-run 'hang' still runs; what comes meanwhile waits for it",
    "--when-run 'hang': 1,006 changes were not handed to it",
    "--when-run 'hang': changes come faster than it may run, and some are not handed to it",
  ]);
  runner.end(DONE);
});

Deno.test("no two commands begin within the time", async () => {
  const runner = new ByHand(), times: number[] = [];
  const command = new WhenCommand(
    {
      run: () => {
        times.push(performance.now());
        return Promise.resolve(DONE);
      },
      close: () => runner.close(),
    },
    "quick",
    () => {},
    30,
  );
  for (let i = 0; i < 3; i++) command.add([], "");
  await command.close();
  strictEqual(times.length, 3);
  // Timers may come a millisecond early.
  match(String(Math.min(times[1] - times[0], times[2] - times[1]) >= 28), /true/);
});
