import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { parseArguments } from "../../src/cli.ts";
import { ExitStatus, TcptopError } from "../../src/errors.ts";
import type { Options } from "../../src/options.ts";
import { printFilter } from "../../src/view/filter/ast.ts";
import { GROUPINGS } from "../../src/view/group_key.ts";

function options(...argv: string[]): Options {
  const invocation = parseArguments(argv);
  if (!("run" in invocation)) throw new Error("nothing to run");
  return invocation.run;
}

function said(...argv: string[]): string {
  const invocation = parseArguments(argv);
  if (!("say" in invocation)) throw new Error("nothing to say");
  return invocation.say;
}

/** The sentence that refuses the arguments. */
function refusal(...argv: string[]): string {
  try {
    parseArguments(argv);
  } catch (error) {
    ok(error instanceof TcptopError, String(error));
    strictEqual(error.status, ExitStatus.usage);
    match(error.message, /^[^\n]+\. Try: tcptop --help$/);
    return error.message.slice(0, -". Try: tcptop --help".length);
  }
  throw new Error(`not refused: ${argv.join(" ")}`);
}

Deno.test("parseArguments() gives what suits where nothing is asked for", () => {
  const { sort, ...rest } = options();
  deepStrictEqual([sort.column.id, sort.descending], ["rate", true]);
  const { intervalMs, count, once, batch, json, limit, listeners, source, ringBytes, protocol, filter } = rest;
  deepStrictEqual({ intervalMs, count, once, batch, json, limit, listeners, source, ringBytes, protocol, filter }, {
    intervalMs: 1000,
    count: null,
    once: false,
    batch: false,
    json: false,
    limit: null,
    listeners: false,
    source: "auto",
    ringBytes: 8 << 20,
    protocol: null,
    filter: null,
  });
});

Deno.test("parseArguments() takes flags, long and short", () => {
  deepStrictEqual([options("--once").once, options("--once").count], [true, 1]);
  strictEqual(options("--once", "--count", "5").count, 1);
  for (const flag of ["-b", "--batch"]) strictEqual(options(flag).batch, true);
  for (const flag of ["-L", "--listen"]) strictEqual(options(flag).listeners, true);
  for (const filter of ["Listen", "state:lis", "not overflows>0"]) {
    strictEqual(options("--filter", filter).listeners, true);
  }
  strictEqual(options("--filter", "listener").listeners, false);
  strictEqual(options("--json").json, true);
  strictEqual(options("--keep-privileges").keepPrivileges, true);
  for (const source of ["auto", "bpf", "netlink"] as const) strictEqual(options("--source", source).source, source);
});

Deno.test("parseArguments() takes an interval in ms, s, m and h, from 100ms to a day", () => {
  const taken = {
    "100ms": 100,
    "500ms": 500,
    "1s": 1000,
    "2": 2000,
    "1.5s": 1500,
    "0.1": 100,
    "1m": 60000,
    "1.5h": 54e5,
    "86400": 864e5,
  };
  for (const [text, ms] of Object.entries(taken)) strictEqual(options("-i", text).intervalMs, ms);
  strictEqual(refusal("-i", "99ms"), "--interval is at least 100ms, not '99ms'");
  strictEqual(refusal("-i", "0"), "--interval is at least 100ms, not '0'");
  strictEqual(refusal("-i", "86401"), "--interval is at most a day, not '86401'");
  for (const text of ["", "x", "1d", "1 s", "-1", "1e3", "٣", "Infinity"]) {
    strictEqual(refusal(`--interval=${text}`), `--interval takes a duration such as 500ms, 1s or 2, not '${text}'`);
  }
});

Deno.test("parseArguments() refuses what would have no effect, and a dash where only a file can be", () => {
  for (
    const [option, ...value] of [["--source", "bpf"], ["--ring-size", "1M"], ["--udp-timeout", "3s"], [
      "--keep-privileges",
    ]]
  ) {
    strictEqual(refusal("--replay", "f", option, ...value), `--replay takes no ${option}: nothing is watched`);
    if (option === "--source") continue;
    strictEqual(
      refusal("--hosts", "a", option, ...value),
      `--hosts takes no ${option}: each host watches with its own`,
    );
  }
  strictEqual(options("--hosts", "a", "--source", "netlink").source, "netlink");
  for (const output of [["--json"], ["--batch"], ["--events"], ["--csv", "-"], ["--once"]]) {
    strictEqual(refusal("--since-start", ...output), "--since-start is for groups: it takes --group");
    strictEqual(options("--since-start", "--group", "port", ...output).sinceStart, true);
  }
  strictEqual(options("--since-start").sinceStart, true);
  strictEqual(refusal("--json", "--batch"), "--json and --batch exclude each other: both write to standard output");
  for (const name of ["report", "summary", "learn", "allow", "known"]) {
    strictEqual(refusal(`--${name}`, "-"), `--${name} takes a file; ./- would be one of the name -`);
  }
  strictEqual(options("--csv", "-").csv, "-");
});

Deno.test("parseArguments() takes whole numbers within bounds", () => {
  strictEqual(options("-n", "3").count, 3);
  strictEqual(options("-l", "0").limit, 0);
  strictEqual(refusal("-n", "0"), "--count takes a whole number from 1 up, not '0'");
  strictEqual(refusal("-n", "1.5"), "--count takes a whole number from 1 up, not '1.5'");
  strictEqual(refusal("--once", "-n", "0"), "--count takes a whole number from 1 up, not '0'");
  strictEqual(refusal("-l", "-1"), "--limit takes a whole number from 0 up, not '-1'");
  strictEqual(
    refusal("-l", "9".repeat(20)),
    `--limit takes a whole number from 0 to 9007199254740991, not '${"9".repeat(20)}'`,
  );
  strictEqual(refusal("-p", "x"), "--pid takes a whole number from 0 to 4194304, not 'x'");
  strictEqual(refusal("-P", "65536"), "--port takes a whole number from 1 to 65535, not '65536'");
  strictEqual(refusal("-P", "0"), "--port takes a whole number from 1 to 65535, not '0'");
});

Deno.test("parseArguments() takes a ring size that is a power of two", () => {
  const taken = { "4096": 4096, "256K": 1 << 18, "8m": 8 << 20, "1G": 1 << 30, "64KiB": 1 << 16 };
  for (const [text, bytes] of Object.entries(taken)) strictEqual(options("--ring-size", text).ringBytes, bytes);
  for (const text of ["0", "2048", "5000", "3M", "2G", "4T", "", "-4096", "big"]) {
    const sentence = `--ring-size takes a power of two from 4096 to 1G, such as 256K or 8M, not '${text}'`;
    strictEqual(refusal(`--ring-size=${text}`), sentence);
  }
});

Deno.test("parseArguments() takes a sort column with a direction", () => {
  const sorted = (text: string) => {
    const { column, descending } = options("-s", text).sort;
    return [column.id, descending];
  };
  deepStrictEqual(sorted("rx"), ["rx", true]);
  deepStrictEqual(sorted("process"), ["process", false]);
  deepStrictEqual(sorted("pid:asc"), ["pid", false]);
  deepStrictEqual(sorted("RATE:desc"), ["rate", true]);
  match(
    refusal("-s", "size"),
    /^--sort knows no column 'size', only process, host, .*, rx\/s, tx\/s, rx, .* and rate$/,
  );
  match(
    refusal("-c", "rx,"),
    /^--columns knows no column '', only process, host, .*, tx\/s, history, rx, .* and rate$/,
  );
  strictEqual(refusal("-s", "rx:up"), "--sort takes :asc or :desc behind the column, not ':up'");
  strictEqual(refusal("-s", "rx:asc:x"), "--sort takes :asc or :desc behind the column, not ':asc:x'");
});

Deno.test("parseArguments() takes groups in every output, with the columns that groups have", () => {
  for (const output of [["--batch"], ["--json"], ["--csv", "f"], ["--events"], ["--events", "--json"]]) {
    for (const by of GROUPINGS) strictEqual(options(...output, "--group", by).group, by);
    strictEqual(options(...output, "--group", "none").group, null);
  }
  strictEqual(
    refusal("-g", "user"),
    "--group takes process, remote, port, container, cgroup, peer, host or none, not 'user'",
  );
  deepStrictEqual(options("--csv", "f", "-g", "remote", "-c", "rx,remote").columns?.map(({ id }) => id), [
    "rx",
    "remote",
  ]);
  deepStrictEqual(options("-g", "port", "-c", "rx,pid").columns?.map(({ id }) => id), ["rx", "pid"]);
  strictEqual(
    refusal("--csv", "f", "-g", "port", "-c", "rx,pid"),
    "--csv with --group has no column 'pid', only the group and what adds up",
  );
  strictEqual(
    refusal("--events", "-g", "port", "-c", "rx"),
    "--columns and --group with --events exclude each other: the lines of groups have fields of their own",
  );
});

Deno.test("parseArguments() refuses what excludes each other, is not known or too much", () => {
  strictEqual(refusal("-4", "-6"), "-4 and -6 exclude each other; leave both out to see both");
  strictEqual(refusal("--tcp", "--udp"), "--tcp and --udp exclude each other; leave both out to see both");
  strictEqual(refusal("--source", "ebpf"), "--source takes auto, bpf or netlink, not 'ebpf'");
  match(refusal("--no-such"), /^unknown option '--no-such'/);
  match(refusal("-i"), /argument missing/);
  const neither = "is neither an option nor a command; what flows must match stands behind --filter";
  strictEqual(refusal("firefox"), `'firefox' ${neither}`);
  strictEqual(refusal("--once", "a", "b"), `'a' ${neither}`);
  match(refusal("help", "kill"), /^'help' is no command: the option is --help$/);
  strictEqual(refusal("helper"), `'helper' ${neither}`);
});

Deno.test("parseArguments() says what a command takes", () => {
  strictEqual(refusal("kill"), "'kill' takes a filter: tcptop kill 'pid:1234 dport:443'");
  match(refusal("kill", "port:1", "foo:"), /^kill 'port:1 foo:': nothing stands after/);
  match(refusal("kill", "port:1", "-f", "foo:"), /^--filter 'foo:': nothing stands after/);
  strictEqual(refusal("completions"), "'completions' takes the name of a shell: bash, zsh or fish");
  strictEqual(refusal("completions", "tcsh"), "'completions' takes bash, zsh or fish, not 'tcsh'");
  strictEqual(refusal("run", "npm", "test"), "'run' takes its command behind --: tcptop run -- npm test");
  strictEqual(refusal("run", "dd", "conv=a,b"), "'run' takes its command behind --: tcptop run -- dd conv=a,b");
});

Deno.test("parseArguments() says what has no effect beside what only prints, and runs nothing for it unsaid", () => {
  const unused = (...argv: string[]) => {
    const invocation = parseArguments(argv);
    return "say" in invocation ? invocation.unused : null;
  };
  deepStrictEqual(unused("--once", "completions", "bash"), [
    "--once has no effect here: completions prints, and nothing is watched",
  ]);
  deepStrictEqual(unused("--schema", "event", "--json"), [
    "--json has no effect here: --schema prints, and nothing is watched",
  ]);
  for (const argv of [["--schema"], ["--no-config", "completions", "zsh"], ["--once", "--help"], ["--json", "-V"]]) {
    deepStrictEqual(unused(...argv), []);
  }
  const behind = "a command behind -- is for 'run': tcptop run -- COMMAND";
  for (const argv of [["doctor"], ["completions", "bash"], ["kill", "port:1"], ["--schema"]]) {
    strictEqual(refusal(...argv, "--", "ls"), behind);
  }
  strictEqual(refusal("run", "--schema", "--", "ls"), "'run' takes no --schema: nothing would be run");
});

Deno.test("parseArguments() answers --version and --help without running", () => {
  match(said("--version"), /^tcptop \d+\.\d+\.\d+\n/);
  match(said("-h"), /Usage: tcptop \[options\]/);
  throws(() => said("--once"));
});

Deno.test("parseArguments() takes a map in place of what else goes to standard output", () => {
  for (const form of ["mermaid", "dot", "json"] as const) strictEqual(options("--map", form).map, form);
  strictEqual(options().map, null);
  strictEqual(refusal("--map", "svg"), "--map takes mermaid, dot or json, not 'svg'");
  strictEqual(refusal("--map", "dot", "--json"), "--map and --json exclude each other: both write to standard output");
  strictEqual(
    refusal("--map", "dot", "--csv", "-"),
    "--map and --csv - exclude each other: both write to standard output",
  );
  strictEqual(refusal("--map", "dot", "--group", "port"), "--map goes by process or container, not by port");
});

Deno.test("parseArguments() watches answers of name servers unless told otherwise", () => {
  deepStrictEqual([options().watchDns, options("--no-dns-watch").watchDns], [true, false]);
});

Deno.test("parseArguments() takes a command behind -- for run, with the options before", () => {
  const { command, json } = options(...["run", "--json", "--as-root", "--", "npm", "--help", "--", "-x"]);
  deepStrictEqual(command, { words: ["npm", "--help", "--", "-x"], asRoot: true });
  strictEqual(json, true);

  strictEqual(refusal("run"), "'run' takes a command behind --: tcptop run -- npm test");
  strictEqual(refusal("run", "dd", "conv=a,b"), "'run' takes its command behind --: tcptop run -- dd conv=a,b");
  strictEqual(refusal("run", "--"), "'run' takes a command behind --: tcptop run -- npm test");
  strictEqual(refusal("run", "dd", "conv=a,b"), "'run' takes its command behind --: tcptop run -- dd conv=a,b");
  strictEqual(refusal("run", "ls"), "'run' takes its command behind --: tcptop run -- ls");
  strictEqual(refusal("--once", "--", "ls"), "a command behind -- is for 'run': tcptop run -- COMMAND");
  strictEqual(refusal("run", "--once", "--", "ls"), "'run' takes no --once: it goes on for as long as the command");
});

Deno.test("parseArguments() takes a policy", () => {
  const { allow, learn, warn, inside } = options(...[
    "--allow",
    "a",
    "--allow",
    "b",
    "--learn",
    "c",
    "--warn",
    "--inside",
  ]);
  deepStrictEqual([allow, learn, warn, inside], [["a", "b"], "c", true, true]);
  strictEqual(refusal("--warn"), "--warn is for --allow");
  strictEqual(refusal("--inside"), "--inside is for --allow and --learn");
  strictEqual(refusal("--allow", ""), "--allow takes a file");
  for (const name of ["--csv", "--record", "--replay", "--learn", "--allow", "--summary", "--report", "--known"]) {
    strictEqual(
      refusal(name, "--as-root"),
      `${name} takes a file, not --as-root; ./--as-root would be one of that name`,
    );
  }
  strictEqual(options("--csv", "./--once").csv, "./--once");
  strictEqual(options("--csv", "-").csv, "-");
  for (const name of ["--csv", "--record", "--replay", "--networks"]) {
    strictEqual(refusal(name, ""), `${name} takes a file`);
  }
  strictEqual(options("--summary", "a").summary, "a");
  strictEqual(refusal("--summary", ""), "--summary takes a file");
  strictEqual(options("--report", "a").report, "a");
  strictEqual(refusal("--report", ""), "--report takes a file");
});

Deno.test("parseArguments() takes no option for the value of the one before", () => {
  for (const [name, next] of [["--csv", "--once"], ["--filter", "-L"], ["--process", "--tcp"], ["--hosts", "--json"]]) {
    strictEqual(refusal(name, next), `${name} takes a value, and ${next} is an option`);
  }
  for (
    const [a, b] of [["csv", "report"], ["learn", "csv"], ["summary", "report"], ["replay", "report"], ["allow", "csv"]]
  ) {
    const sentence = refusal(`--${a}`, "a/f", `--${b}`, ".//a/./f");
    ok(/^--\w+ and --\w+ name the same file, \.?\/?\/?a\/(\.\/)?f$/.test(sentence), sentence);
    for (const name of [a, b]) ok(sentence.includes(`--${name}`), sentence);
  }
  strictEqual(options("--csv", "/dev/null", "--report", "/dev/null").csv, "/dev/null");
  strictEqual(options("--learn", "f", "--allow", "f").learn, "f");
  for (const nothing of ["", "  ", "\t\n"]) {
    strictEqual(refusal("-f", nothing), "--filter takes a filter, not nothing: everything is shown without the option");
    match(refusal("--tcp", "-f", "port:1", "-f", nothing), /^--filter takes a filter, not nothing/);
  }
  strictEqual(refusal("-f", "--json"), "--filter takes a value, and --json is an option");
  strictEqual(printFilter(options("-f", "--jso").filter!), "--jso");
});

Deno.test("--record - has standard output for itself", () => {
  for (const argv of [["--json"], ["--batch"], ["--events"], ["--csv", "-"], ["--map", "dot"]]) {
    const other = argv[0] === "--csv" ? "--csv -" : argv[0];
    strictEqual(
      refusal("--record", "-", ...argv),
      `--record - and ${other} exclude each other: both write to standard output`,
    );
  }
  strictEqual(
    refusal("--record", "-", "--keep", "24h"),
    "--keep needs --record with a directory, not with standard output",
  );
  strictEqual(
    refusal("run", "--record", "-", "--", "true"),
    "'run' takes no --record -: standard output is the command's",
  );
  strictEqual(options("--record", "-", "--csv", "x.csv").record, "-");
});
