import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { parseArguments } from "../../src/cli.ts";
import { fileLines } from "../../src/cli/options_file.ts";
import { ExitStatus, TcptopError } from "../../src/errors.ts";
import type { Options } from "../../src/options.ts";
import { printFilter } from "../../src/view/filter/ast.ts";

const PATH = "/home/ann/.config/tcptop/options";

function options(text: string, ...argv: string[]): Options {
  const invocation = parseArguments(argv, () => ({ path: PATH, text }));
  if (!("run" in invocation)) throw new Error("nothing to run");
  return invocation.run;
}

/** The sentence that refuses the file. */
function refusal(text: string, ...argv: string[]): string {
  try {
    options(text, ...argv);
  } catch (error) {
    ok(error instanceof TcptopError, String(error));
    strictEqual(error.status, ExitStatus.usage);
    return error.message.replace(/\. Try: tcptop --help$/, "");
  }
  throw new Error(`not refused: ${text}`);
}

Deno.test("fileLines() takes an option a line, its value as the rest of the line, and comments", () => {
  const text = [
    "# how I like it",
    "",
    "--bits   # as links are sold",
    "-i 2s\r",
    "  --filter 'rtt>50ms and not \"a # b\"'  # quotes as in a shell",
    "--columns=process,rx/s",
    "--sort = rx",
    "--filter process:a#b",
  ].join("\n");
  deepStrictEqual(fileLines(text).map(({ number, argv }) => [number, ...argv]), [
    [3, "--bits"],
    [4, "-i", "2s"],
    [5, "--filter", 'rtt>50ms and not "a # b"'],
    [6, "--columns", "process,rx/s"],
    [7, "--sort", "= rx"],
    [8, "--filter", "process:a#b"],
  ]);
});

Deno.test("parseArguments() takes defaults from a file, and what the command line says instead of them", () => {
  const text = "--interval 2s\n--bits\n--no-mouse\n--filter curl\n--filter 443\n-6\n--tcp\n--group process\n";
  const { intervalMs, bits, mouse, filter, protocol, group } = options(text);
  deepStrictEqual([intervalMs, bits, mouse, protocol, group], [2000, true, false, "tcp", "process"]);
  strictEqual(printFilter(filter!), "family:6 curl 443");
  strictEqual(options(text, "-i", "3").intervalMs, 3000);
  strictEqual(printFilter(options(text, "-f", "ssh", "-4").filter!), "family:4 ssh");
  strictEqual(options(text, "--udp").protocol, "udp");
  strictEqual(options(text, "--group", "none").group, null);
  strictEqual(options("--no-resolve", "-r").resolve, true);
});

Deno.test("parseArguments() leaves the file alone with --no-config, and where nothing is run", () => {
  const never = () => {
    throw new Error("read");
  };
  for (const argv of [["--no-config"], ["--help"], ["--version"], ["doctor"], ["--schema"], ["completions", "bash"]]) {
    parseArguments(argv, never);
  }
  strictEqual(options("rubbish", "--no-config").bits, false);
});

Deno.test("parseArguments() says where a file is wrong, with status 2", () => {
  const said = (text: string) => refusal(`# first\n${text}`);
  strictEqual(said("--interval 1ms"), `${PATH}:2: --interval is at least 100ms, not '1ms'`);
  strictEqual(said("--colour always"), `${PATH}:2: unknown option '--colour' (Did you mean --color?)`);
  strictEqual(said("interval 2s"), `${PATH}:2: 'interval' is no option, which begins with -`);
  strictEqual(
    said("--bits yes"),
    `${PATH}:2: 'yes' is neither an option nor a command; what flows must match stands behind --filter`,
  );
  strictEqual(said("--sort"), `${PATH}:2: option '-s, --sort <COLUMN[:asc|desc]>' argument missing`);
  strictEqual(said("-L46"), `${PATH}:2: one option a line, not --listen and -4`);
  strictEqual(said("--bits\n--bits"), `${PATH}:3: --bits stands in line 2 already, and only one can count`);
  match(said("--resolve\n--no-resolve"), /:3: --resolve stands in line 2 already, and only one can count$/);
  strictEqual(said("--tcp\n--udp"), `with ${PATH}: --tcp and --udp exclude each other; leave both out to see both`);
  strictEqual(said("--filter 'rtt>50'").startsWith(`${PATH}:2: --filter 'rtt>50': `), true);
  strictEqual(said("\x1b[2J").includes("is no option"), true);
  match(refusal("--bits", "--bits", "--bits"), /^--bits was given twice/);
});

Deno.test("parseArguments() takes nothing from a file that writes, listens, keeps rights or makes another kind of run", () => {
  const lines = [
    "--record /etc/cron.d/x",
    "--csv /tmp/x",
    "--metrics :9435",
    "--metrics-host a",
    "--keep-privileges",
    "--replay x",
    "--once",
    "--count 3",
    "--batch",
    "--json",
    "--events",
    "--schema",
    "--help",
    "--no-config",
    "-V",
    "-Ln3",
  ];
  for (const line of lines) {
    match(refusal(line), /:1: (\S+ cannot come from a file, only from the command line|one option a line, .*)$/);
  }
});

const EXAMPLE =
  "--bits # as links are sold\n--interval 2s\n--columns process,remote,rx/s,tx/s,rtt\n--filter 'not process:sshd'\n";

Deno.test("parseArguments() leaves out what the command has no use for", () => {
  const unused = [
    "--bits",
    "--color never",
    "--columns process,rx/s",
    "--ends",
    "--group process",
    "--interval 2s",
    "--limit 3",
    "--no-mouse",
    "--pairs",
    "--ring-size 1M",
    "--since-start",
    "--sort rx",
    "--udp-timeout 9s",
  ];
  for (const line of unused) deepStrictEqual(options(line, "kill", "port:1"), options("", "kill", "port:1"), line);
  deepStrictEqual(
    options(unused.filter((line) => line !== "--ends").join("\n"), "kill", "port:1"),
    options("", "kill", "port:1"),
  );
  const { kill, filter, bits, intervalMs, columns } = options(EXAMPLE, "kill", "port:1", "--yes");
  deepStrictEqual(kill, { dryRun: false, yes: true });
  strictEqual(printFilter(filter!), "not process:sshd port:1");
  deepStrictEqual([bits, intervalMs, columns], [false, 1000, null]);
  const narrowed = options("--tcp\n--listen\n--source netlink\n-4\n--bits", "kill", "port:1");
  deepStrictEqual([narrowed.protocol, narrowed.listeners, narrowed.source], ["tcp", true, "netlink"]);
  strictEqual(printFilter(narrowed.filter!), "family:4 port:1");
  deepStrictEqual(options(EXAMPLE, "run", "--", "true").command, { words: ["true"], asRoot: false });
});

Deno.test("parseArguments() leaves out what contradicts the command line, and keeps the rest", () => {
  const columns = "--bits\n--columns process,remote,rx/s\n";
  const without = (text: string, ...argv: string[]) => {
    const { bits, columns, group, protocol, sinceStart } = options(text, ...argv);
    return { bits, columns: columns?.map(({ id }) => id) ?? null, group, protocol, sinceStart };
  };
  const kept = { bits: true, columns: null, group: "process", protocol: null, sinceStart: false };
  for (const output of [["--events"], ["--csv", "-"], ["--csv", "f"]]) {
    deepStrictEqual(without(columns, ...output, "-g", "process"), kept);
    deepStrictEqual(without(`${columns}--group process`, ...output), kept);
    deepStrictEqual(without(`--group process\n${columns}`, ...output), kept);
  }
  deepStrictEqual(without(columns, "--csv", "-", "-g", "remote").columns, null);
  deepStrictEqual(without(columns, "--events").columns, ["process", "remote", "rx/s"]);
  deepStrictEqual(without("--bits\n--udp", "--events"), { ...kept, group: null });
  deepStrictEqual(without("--bits\n--group remote", "--map", "dot"), { ...kept, group: null });
  deepStrictEqual(without("--bits\n--group peer", "--since-start"), { ...kept, group: null, sinceStart: true });
  deepStrictEqual(without("--bits\n--since-start", "--group", "peer"), { ...kept, group: "peer" });
  deepStrictEqual(without("--bits\n--group process", "--when", "rx/s>1MiB or port:3"), { ...kept, group: null });
});

Deno.test("parseArguments() tells of real errors in the file, whatever the command does not use", () => {
  match(refusal("--bits\n--sort nothing", "kill", "a"), /options:2: --sort knows no column 'nothing', only process, /);
  match(refusal("--columns foo", "--events", "-g", "process"), /options:1: --columns knows no column 'foo', only /);
  match(refusal("--pairs\n--ends", "kill", "a"), /^with .*options: --pairs and --ends exclude each other/);
  match(refusal("--since-start\n--group peer", "--events"), /^with .*options: --since-start and --group peer exclude/);
  match(refusal("--udp", "--events", "--udp"), /^--events has TCP connections/);
  match(refusal("--bits", "kill", "a", "--bits"), /^'kill' takes no --bits/);
});
