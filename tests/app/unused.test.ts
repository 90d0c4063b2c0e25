import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { unusedOptions } from "../../src/app/unused.ts";
import { parseArguments } from "../../src/cli.ts";
import { execute, tcptop } from "../support/tcptop.ts";

const DEMO = new URL("../../examples/demo.tcptop", import.meta.url).pathname;

/** The names of those that have no effect. */
function unused(argv: string, { screen = false, terminal = false, file = "" } = {}): string[] {
  const invocation = parseArguments(argv.split(" "), () => ({ path: "/options", text: file }));
  if (!("run" in invocation)) throw new Error("nothing to run");
  return unusedOptions(invocation.run, screen, terminal).map((sentence) => sentence.split(" ")[0]);
}

const OF_SCREEN = "--color always --no-mouse --history 5m", NAMES_OF_SCREEN = ["--color", "--no-mouse", "--history"];
const OF_TABLES = ["--sort", "--columns", "--bits"], TABLES = "--sort rx --columns process --bits";

Deno.test("unusedOptions() names those of the live screen where there is none", () => {
  for (const output of ["--once", "--json", "--events", "--map dot", "--csv f", "run", "--when failed", "--record -"]) {
    const argv = output === "run" ? `run ${OF_SCREEN} --allow-kill -- true` : `${output} ${OF_SCREEN} --allow-kill`;
    deepStrictEqual(unused(argv), [...NAMES_OF_SCREEN, "--allow-kill"], output);
  }
  deepStrictEqual(unused(`${OF_SCREEN} --allow-kill`, { screen: true }), []);
  deepStrictEqual(unused("--batch --color never --history 0 --ends --no-resolve --no-config"), []);
});

Deno.test("unusedOptions() names those of tables, groups and rows where there are none", () => {
  deepStrictEqual(unused(`--once ${TABLES} --limit 3 --pairs --listen --group none`), []);
  deepStrictEqual(unused(`--json ${TABLES} --limit 3`), ["--columns", "--bits"]);
  deepStrictEqual(unused("--json --columns command"), []);
  deepStrictEqual(unused(`--csv f ${TABLES}`), ["--bits"]);
  deepStrictEqual(unused(`--csv f ${TABLES}`, { terminal: true }), []);
  deepStrictEqual(unused(`--events ${TABLES} --limit 3`), ["--sort", "--bits"]);
  deepStrictEqual(unused("--events --bits --columns pacing"), []);
  for (const output of ["--when failed", "--metrics :1", "--otlp", "--replay f --report g", "--map json"]) {
    deepStrictEqual(unused(`${output} ${TABLES} --pairs`), [...OF_TABLES, "--pairs"], output);
  }
  deepStrictEqual(unused(`run ${TABLES} --limit 3 --listen -- true`), [...OF_TABLES, "--limit", "--listen"]);
  deepStrictEqual(unused(`run --batch ${TABLES} --limit 3 --listen -- true`), []);
  for (const output of ["--events", "--events --group port --json", "--when failed"]) {
    deepStrictEqual(unused(`${output} --listen`), []);
  }
  deepStrictEqual(unused("--map dot --listen"), ["--listen"]);
  deepStrictEqual(unused("--once --group port --pairs"), ["--pairs"]);
  deepStrictEqual(unused("--metrics :1 --group port"), ["--group"]);
  deepStrictEqual(unused("--replay f --report g --group process"), []);
  deepStrictEqual(unused("--replay f --report g --group port"), ["--group"]);
  for (const output of ["--events", "--map dot", "--when failed"]) {
    deepStrictEqual(unused(`${output} --group process --since-start`), ["--since-start"]);
  }
  deepStrictEqual(unused("--csv f --since-start"), ["--since-start"]);
  deepStrictEqual(unused("--since-start", { screen: true }), []);
});

Deno.test("unusedOptions() names metrics that nobody can ask for, and conditions that cannot hold for so long", () => {
  deepStrictEqual(unused("--once --metrics :1"), ["--metrics"]);
  deepStrictEqual(unused("--count 1 --interval 1m --metrics :1"), ["--metrics"]);
  deepStrictEqual(unused("--replay f --metrics :1"), ["--metrics"]);
  deepStrictEqual(unused("--replay f --metrics :1", { screen: true }), []);
  for (const argv of ["--metrics :1", "--json --count 2 --metrics :1"]) deepStrictEqual(unused(argv), []);
  const when = (argv: string) => {
    const invocation = parseArguments(
      [...argv.split(" "), "--when", "rx/s>1MiB for 30s", "--when", "failed"],
      () => null,
    );
    return "run" in invocation ? unusedOptions(invocation.run, false, false) : [];
  };
  deepStrictEqual(when("--once"), [
    "--when has no effect here: 'rx/s>1MiB for 30s' takes longer than 1 sample of 1 s",
  ]);
  deepStrictEqual(when("--count 29").length, 1);
  for (const argv of ["--count 30", "--once --interval 30s", "--json", "--replay f --count 1"]) {
    deepStrictEqual(when(argv), [], argv);
  }
});

Deno.test("unusedOptions() names what chooses flows where all are recorded, and nothing else is told", () => {
  const chosen = "--filter curl --pid 1 --pid 2 --port 3 --process a --tcp -4", names = chosen.match(/-+[a-z4]+/g)!;
  for (const record of ["--record -", "--record d --keep 24h"]) {
    deepStrictEqual(unused(`${record} ${chosen} --resolve`), [...new Set(names), "--resolve"]);
    for (const other of ["--csv f", "--metrics :1", "--otlp", "--summary s"]) {
      deepStrictEqual(unused(`${record} ${other} ${chosen}`), [], other);
    }
  }
  deepStrictEqual(unused(`--record f ${chosen}`), []);
});

Deno.test("unusedOptions() names what another option leaves nothing of", () => {
  deepStrictEqual(unused("--replay f --interval 2 --command", { screen: true }), ["--interval", "--command"]);
  deepStrictEqual(unused("--once --count 3"), ["--count"]);
  deepStrictEqual(unused("--replay f --at 12:00 --count 3"), ["--count"]);
  deepStrictEqual(unused("--replay f --at 12:00 --count 3", { screen: true }), []);
  deepStrictEqual(unused("--source netlink --ring-size 1M --udp-timeout 9s"), ["--ring-size", "--udp-timeout"]);
  deepStrictEqual(unused("--otlp-logs on"), ["--otlp-logs"]);
  deepStrictEqual(unused("--otlp --otlp-logs on"), []);
  for (
    const output of [
      "--map dot",
      "--events",
      "--events --json",
      "--replay f --batch",
      "--when failed",
      "--json -g port",
    ]
  ) {
    deepStrictEqual(unused(`${output} --command`), ["--command"], output);
  }
  for (
    const output of ["--csv f", "--json", "--replay f --json", "--when failed --json", "--when failed --when-run a"]
  ) {
    deepStrictEqual(unused(`${output} --command`), [], output);
  }
});

Deno.test("unusedOptions() is silent about a file of defaults", () => {
  const file = "--interval 2s\n--bits\n--no-mouse\n--color always\n--sort rx\n--group process\n--pairs\n";
  for (const argv of ["--replay f --json", "--metrics :1", "--record -", "--once --json"]) {
    deepStrictEqual(unused(argv, { file }), [], argv);
  }
  deepStrictEqual(unused("--once --json --bits", { file }), ["--bits"]);
});

Deno.test("an option without effect is told on standard error, and nothing else changes", async () => {
  const whole = (...args: string[]) => execute(tcptop(["--replay", DEMO, "--once", ...args]));
  const plain = await whole(), told = await whole("--interval", "2", "--no-mouse");
  deepStrictEqual([told.code, told.stdout], [0, plain.stdout]);
  strictEqual(plain.stderr, "");
  strictEqual(
    told.stderr,
    "tcptop: --interval has no effect here: a recording has its own\n" +
      "tcptop: --no-mouse has no effect here: it is for the live screen\n",
  );
  const schema = await execute(tcptop(["--schema", "--json"]));
  deepStrictEqual([schema.code, JSON.parse(schema.stdout).type], [0, "object"]);
  strictEqual(schema.stderr, "tcptop: --json has no effect here: --schema prints, and nothing is watched\n");
});

Deno.test("a column that can show nothing is told on standard error, and stands in the table", async () => {
  const whole = (...args: string[]) => execute(tcptop(["--replay", DEMO, "--once", "--limit", "1", ...args]));
  const told = await whole("--columns", "process,command,host", "--sort", "host");
  deepStrictEqual([told.code, told.stdout.split("\n")[2].split(/ +/)], [0, ["PROCESS", "COMMAND", "HOST"]]);
  strictEqual(
    told.stderr,
    "tcptop: COMMAND stays empty: a recording has no command lines\ntcptop: HOST stays empty: it takes --hosts\n",
  );
  deepStrictEqual((await whole("--columns", "process,lost", "--sort", "lost")).stderr, "");
  strictEqual((await whole("--json", "--sort", "host")).stderr, "tcptop: HOST stays empty: it takes --hosts\n");
});
