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
  strictEqual(said("--bits yes"), `${PATH}:2: too many arguments. Expected 0 arguments but got 1: yes`);
  strictEqual(said("--sort"), `${PATH}:2: option '-s, --sort <COLUMN[:asc|desc]>' argument missing`);
  strictEqual(said("-L46"), `${PATH}:2: one option a line, not --listen and -4`);
  strictEqual(said("--bits\n--bits"), `${PATH}:3: --bits stands in line 2 already, and only one can count`);
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
