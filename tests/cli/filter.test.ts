import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { parseArguments } from "../../src/cli.ts";
import { ExitStatus, TcptopError } from "../../src/errors.ts";
import type { Options } from "../../src/options.ts";
import { printFilter } from "../../src/view/filter/ast.ts";

function options(...argv: string[]): Options {
  const invocation = parseArguments(argv);
  if (!("run" in invocation)) throw new Error("nothing to run");
  return invocation.run;
}

Deno.test("parseArguments() joins --filter and its short forms", () => {
  const { filter, protocol } = options("-p", "17", "-P", "443", "--process", "cu rl", "--tcp", "-4", "-f", "a or b");
  strictEqual(printFilter(filter!), 'pid:17 port:443 process:"cu rl" family:4 (a or b)');
  strictEqual(protocol, "tcp");
  strictEqual(options().filter, null);
});

Deno.test("parseArguments() says whether listeners are shown by --listen, or as the filter asks for them", () => {
  const by = (...argv: string[]) => [options(...argv).listeners, options(...argv).listenersOfFilter];
  deepStrictEqual([by("-f", "listen"), by("-L", "-f", "listen")], [[true, true], [true, false]]);
  deepStrictEqual([by("-L"), by("-f", "curl")], [[true, false], [false, false]]);
});

Deno.test("parseArguments() shows listeners where the filter asks for them", () => {
  strictEqual(options("-f", "state:listen").listeners, true);
  strictEqual(options("-f", "state:estab").listeners, false);
  strictEqual(options("-L").listeners, true);
  strictEqual(options("-f", "overflows>0").listeners, true);
  strictEqual(options("-f", "queue>0").listeners, false);
});

Deno.test("parseArguments() says where a filter is wrong, with status 2", () => {
  throws(() => options("--filter", "rtt>50"), (error: unknown) => {
    strictEqual((error as TcptopError).status, ExitStatus.usage);
    return /^--filter 'rtt>50': a time needs its unit, such as 50ms \(at character 5\)/.test((error as Error).message);
  });
  throws(() => options("--tcp", "--udp"), /exclude each other/);
});

Deno.test("parseArguments() takes columns in their order", () => {
  deepStrictEqual(options("--columns", "remote,PID,rx/s,pid").columns!.map(({ id }) => id), ["remote", "pid", "rx/s"]);
  throws(() => options("--columns", "remote,colour"), /no column 'colour'/);
});

Deno.test("parseArguments() takes a union of what is asked for twice, and both of two filters", () => {
  const print = (...argv: string[]) => printFilter(options(...argv).filter!);
  strictEqual(print("-p", "17", "-p", "18"), "pid:17 or pid:18");
  strictEqual(print("-P", "443", "--port", "80", "-P", "443"), "port:443 or port:80");
  strictEqual(print("--process", "curl", "--process", "wget", "-P", "80"), "port:80 (process:curl or process:wget)");
  strictEqual(print("-f", "a or b", "-f", "c"), "(a or b) c");
});

Deno.test("parseArguments() refuses any other option that is given twice", () => {
  const refused = (message: RegExp, ...argv: string[]) =>
    throws(() => options(...argv), (error: unknown) => {
      strictEqual((error as TcptopError).status, ExitStatus.usage);
      return message.test((error as Error).message);
    });
  refused(/^--interval was given twice, and only one can count/, "-i", "1s", "--interval", "2s");
  refused(/^--csv was given twice/, "--csv", "a.csv", "--csv", "b.csv");
  refused(/^--record was given twice/, "--record", "a", "--record=b");
  refused(/^--json was given twice/, "--json", "--json");
  refused(/^--resolve and --no-resolve exclude each other/, "-r", "-N");
  refused(/^--limit was given twice/, "-l5", "-l6");
  refused(/^--process takes a part of a name, not nothing/, "--process", "");
  refused(
    /^--process takes a part of a name, and \* stands for itself alone; if it is meant: --filter/,
    "--process",
    "py*",
  );
  refused(/^--pid takes a whole number/, "-p", "1", "-p", "x");
});

Deno.test("parseArguments() refuses options that doctor would not heed", () => {
  deepStrictEqual(parseArguments(["doctor", "--json"]), { doctor: { json: true } });
  deepStrictEqual(parseArguments(["--json", "doctor"]), { doctor: { json: true } });
  throws(() => parseArguments(["--source", "netlink", "doctor"]), /doctor takes no --source, only --json/);
});
