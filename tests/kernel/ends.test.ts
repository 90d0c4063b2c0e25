/** How a run ends: its time, its status, its words. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { ReadableCopy } from "../support/readable_copy.ts";
import { wrongInSample } from "../support/schema.ts";
import { execute, once, Running, tcptop } from "../support/tcptop.ts";

const NO_BPF = "-bpf,-perfmon,-sys_admin";
const without = (capabilities: string) => ["setpriv", `--bounding-set=${capabilities}`, `--inh-caps=${capabilities}`];

Deno.test("tcptop --once --json ends within interval and a second, with a document that fits the schema", async () => {
  // Neighbours that want the CPU are not to be waited for; where that may not be had, as in some containers, they are.
  const alone = ["chrt", "--fifo", "1"], before = (await execute([...alone, "true"])).code === 0 ? alone : [];
  let leastMs = Infinity;
  for (let run = 0; run < 3 && leastMs >= 2000; run++) {
    const { code, stdout, stderr, ms } = await execute([...before, ...tcptop(["--once", "--json", "--listen"])]);
    deepStrictEqual([code, stderr, wrongInSample(JSON.parse(stdout))], [0, "", []]);
    leastMs = Math.min(leastMs, ms);
  }
  ok(leastMs < 2000, `took ${leastMs} ms for an interval of 1 s`);
});

Deno.test("tcptop --json writes documents that fit the schema, one a line, at the interval", async () => {
  const { code, stdout } = await execute(tcptop(["--json", "--count", "3", "--interval", "150ms"]));
  const documents = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  deepStrictEqual([code, documents.length, documents.flatMap(wrongInSample)], [0, 3, []]);
  for (const { interval_ms } of documents) ok(interval_ms > 75, `an interval of ${interval_ms} ms`);
});

Deno.test("tcptop --once prints a table", async () => {
  const { code, stdout, stderr } = await execute(tcptop(["--once", "--interval", "100ms", "--listen"]));
  deepStrictEqual([code, stderr], [0, ""]);
  match(stdout, /^PROCESS +PID /m);
});

Deno.test("an ordinary user gets one sentence and status 3", async () => {
  await using copy = await ReadableCopy.make();
  const { code, stdout, stderr } = await execute(copy.line("--once", "--json"));
  const sentence =
    "tcptop: needs root to load its eBPF programs. Run it with sudo, or see less without: --source netlink\n";
  deepStrictEqual([code, stdout, stderr], [3, "", sentence]);
  // Who may end none by netlink either is not sent there.
  const { stderr: kills } = await execute(copy.line("kill", "--yes", "port:1"));
  strictEqual(kills, "tcptop: needs root to load its eBPF programs. Run it with sudo\n");
  deepStrictEqual((await execute(copy.line("--version"))).code, 0);
});

Deno.test("root who may not use BPF gets one sentence about that and status 3", async () => {
  const { code, stdout, stderr } = await execute([...without(NO_BPF), ...tcptop(["--once", "--source", "bpf"])]);
  deepStrictEqual([code, stdout], [3, ""]);
  match(stderr, /^tcptop: Cannot [^\n]*although it is root\. Give it CAP_BPF[^\n]*\n$/);
});

Deno.test("root without CAP_SYS_RESOURCE, and with a small memory lock limit, is served", async () => {
  const limited = ["prlimit", "--memlock=65536:65536", ...without("-sys_resource")];
  const check = await execute([...limited, "sh", "-c", "grep CapEff /proc/self/status"]);
  strictEqual(BigInt(`0x${/\t(\w+)/.exec(check.stdout)![1]}`) >> 24n & 1n, 0n);
  const { code, stdout, stderr } = await execute([...limited, ...tcptop(["--once", "--json", "--source", "bpf"])]);
  deepStrictEqual([code, stderr, JSON.parse(stdout).source.tcp], [0, "", "bpf"]);
});

Deno.test("a kernel without BTF is said to have none, with status 4", async () => {
  const hidden = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /sys/kernel/btf && exec "$@"', "sh"];
  const { code, stdout, stderr } = await execute([...hidden, ...tcptop(["--once", "--source", "bpf"])]);
  deepStrictEqual([code, stdout], [4, ""]);
  match(
    stderr,
    /^tcptop: [^\n]*no BTF\. It is there since Linux 5\.4 when built with CONFIG_DEBUG_INFO_BTF=y[^\n]*\n$/,
  );
});

Deno.test("a wrong option gets one sentence and status 2", async () => {
  const { code, stdout, stderr } = await execute(tcptop(["--no-such-option"]));
  deepStrictEqual([code, stdout], [2, ""]);
  match(stderr, /^tcptop: unknown option '--no-such-option'[^\n]*\n$/);
});

Deno.test("a reader that leaves ends tcptop quietly, with status 0", async () => {
  for (const args of [["--json", "--interval", "100ms"], ["--batch", "--interval", "100ms"], ["--help"]]) {
    const script = '"$@" | head -1; echo "status ${PIPESTATUS[0]}"';
    const { stdout, stderr } = await execute(["bash", "-c", script, "bash", ...tcptop(args)]);
    const lines = stdout.trimEnd().split("\n");
    deepStrictEqual([lines.length, lines.at(-1), stderr], [2, "status 0", ""]);
  }
});

Deno.test("tcptop ends with status 0 on SIGINT, SIGTERM and SIGHUP", async () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    await using running = await Running.start("--interval", "100ms");
    strictEqual(await running.stop(signal), 0);
  }
});

Deno.test("--pid, --port and families select, and --limit holds for JSON when it is given", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  using _client = await Deno.connect({ hostname: "127.0.0.1", port });
  using _server = await listener.accept();
  const quick = ["--interval", "100ms"], own = (flow: { pid: number | null }) => flow.pid === Deno.pid;
  const selected = async (...args: (string | number)[]) => (await once(...quick, ...args)).flows.filter(own).length;
  strictEqual(await selected("--port", port), 2);
  strictEqual(await selected("--port", port, "--listen"), 3);
  strictEqual(await selected("--port", port, "-6"), 0);
  strictEqual(await selected("--port", port, "-4", "--limit", 1), 1);
  const byPid = (await once(...quick, "--pid", Deno.pid)).flows;
  deepStrictEqual([byPid.length >= 2, byPid.every(own)], [true, true]);
});
