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

Deno.test("parseArguments() shows listeners where the filter asks for them", () => {
  strictEqual(options("-f", "state:listen").listeners, true);
  strictEqual(options("-f", "state:estab").listeners, false);
  strictEqual(options("-L").listeners, true);
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
