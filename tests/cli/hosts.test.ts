import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { parseArguments } from "../../src/cli.ts";
import { hostsOf } from "../../src/cli/hosts.ts";

Deno.test("hostsOf() reads a list, or a file of one with comments", () => {
  deepStrictEqual(hostsOf("a,ann@b, c"), ["a", "ann@b", "c"]);
  const file = "# web\nweb1 web2\n\nssh://ann@db1:2222  # the old one\n[fe80::1%eth0]\n";
  deepStrictEqual(hostsOf("@/etc/fleet", (path) => path === "/etc/fleet" ? file : ""), [
    "web1",
    "web2",
    "ssh://ann@db1:2222",
    "[fe80::1%eth0]",
  ]);
});

Deno.test("hostsOf() refuses what ssh would take for something else, and what is there twice", () => {
  for (const wrong of ["-oProxyCommand=x", "a;id", "a b$(id)", "a`id`", "a\x1b[2J", "a|b", "a&b", "'a'"]) {
    throws(() => hostsOf(wrong), /is no host, such as db1 or ann@db1$/);
  }
  throws(() => hostsOf("a,b,a"), /^Error: a is named twice$/);
  throws(() => hostsOf(","), /^Error: it takes a,b,c or @FILE$/);
  throws(() => hostsOf("@"), /^Error: behind @ stands the name of a file$/);
  throws(() => hostsOf("@x", () => "# nobody\n"), /^Error: x names no host$/);
  throws(() => hostsOf(Array.from({ length: 101 }, (_, i) => `h${i}`).join()), /^Error: 101 hosts are more than 100$/);
});

Deno.test("hostsOf() reads no more of a file than a list of hosts has, though it never ends", () => {
  throws(() => hostsOf("@/dev/zero"), /^Error: \/dev\/zero is too long for a list of hosts$/);
});

Deno.test("--hosts takes the place of this machine", () => {
  const refusal = (...argv: string[]) => {
    try {
      parseArguments(["--hosts", "a,b", ...argv]);
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  match(refusal("--replay", "x"), /^--hosts and --replay exclude each other/);
  match(refusal("--record", "x"), /^--hosts and --record exclude each other/);
  match(refusal("--command"), /^--command reads from processes of this machine/);
  match(refusal("--allow-kill"), /^--allow-kill ends connections of this machine/);
  match(refusal("run", "--", "true"), /^'run' watches a command of this machine/);
  for (const word of ["--otlp", "--source=bpf"]) strictEqual(refusal(word), "");
  strictEqual(refusal("--json", "--group", "host", "--filter", "host:a"), "");
  throws(
    () => parseArguments(["--hosts", "@/no/such/file"]),
    /^TcptopError: Cannot read \/no\/such\/file: there is no such file/,
  );
});
