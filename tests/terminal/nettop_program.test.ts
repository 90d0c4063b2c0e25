/** The whole program against a nettop that is played, without leave to open any library. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { asUser } from "../support/refused.ts";
import { execute, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { FAKE_NETTOP, FAKE_SCRIPT, fakesAlive } from "../source/nettop/fake.ts";
import { UNTOLD } from "../support/untold.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const flags = ["run", "--quiet", "--no-prompt", "--cached-only", "--frozen", `--config=${ROOT}deno.json`];
const allowed = ["--allow-env", "--allow-sys", "--allow-read", `--allow-run=${FAKE_NETTOP},${FAKE_SCRIPT}`];

const run = (mode: string, ...args: string[]) => runIn({}, mode, ...args);

const runIn = (environment: Record<string, string>, mode: string, ...args: string[]) =>
  execute(asUser([Deno.execPath(), ...flags, ...allowed, `${ROOT}main.ts`, ...args]), {
    TCPTOP_NETTOP: FAKE_NETTOP,
    TCPTOP_SCRIPT: FAKE_SCRIPT,
    FAKE_NETTOP: mode,
    ...environment,
  });

async function once(mode: string): Promise<SampleDocument & { ms: number }> {
  const { code, stdout, stderr, ms } = await run(mode, "--once", "--json");
  deepStrictEqual([code, stderr], [0, ""]);
  return { ...JSON.parse(stdout), ms };
}

Deno.test("tcptop --once --json over nettop gives every figure that there is, and null for the rest", async () => {
  const { source, flows, totals, ms } = await once("plain");
  deepStrictEqual([source.tcp, source.udp, totals.opened], ["nettop", "nettop", 1]);
  strictEqual(ms < 5000, true, `took ${ms} ms`);
  const flow = flows.find(({ remote }) => remote?.port === 443 && remote.address === "203.0.113.5")!;
  const { id: _id, rx_bytes_per_s, tx_bytes_per_s, ...rest } = flow;
  strictEqual(rx_bytes_per_s! > 500 && rx_bytes_per_s! < 2000 && tx_bytes_per_s! > 10, true);
  deepStrictEqual(JSON.parse(JSON.stringify(rest)), {
    protocol: "tcp",
    family: 4,
    state: "ESTABLISHED",
    direction: null,
    local: { address: "192.0.2.10", port: 51000 },
    remote: { address: "203.0.113.5", port: 443, name: null, name_from: null, real: null },
    pid: 4711,
    process: "Example, Helper (X)",
    uid: null,
    user: null,
    netns: null,
    cgroup: null,
    container: null,
    rx_bytes: 103027,
    tx_bytes: 5069,
    rx_bytes_delta: 1009,
    tx_bytes_delta: 23,
    rx_packets: 1030,
    tx_packets: 50,
    rtt_us: 14590,
    rtt_var_us: null,
    cwnd: null,
    retransmits: null,
    age_ms: null,
    closed: false,
    loopback: false,
    exe: null,
    shared: null,
    established: true,
    inside: false,
    rx_dropped_packets: null,
    rx_dropped_bytes: null,
    ...UNTOLD,
  });
});

Deno.test("tcptop over nettop gives the same bytes in every way of running nettop, and says which it is", async () => {
  const modes = ["few_columns", "no_choice", "buffered", "one_shot", "noisy stubborn"];
  const samples = await Promise.all(modes.map(once));
  const told = samples.map(({ source, flows }, i) => {
    const flow = flows.find(({ remote }) => remote?.address === "203.0.113.5")!;
    return [modes[i], source.notes.map(({ code }) => code).slice(1), flow.rx_bytes, flow.rx_packets];
  });
  deepStrictEqual(told, [
    ["few_columns", ["nettop_fallback"], 103027, null],
    ["no_choice", ["nettop_fallback"], 103027, null],
    ["buffered", ["nettop_fallback"], 103027, null],
    // This one gives the same frame in each run.
    ["one_shot", ["nettop_fallback"], 101009, null],
    ["noisy stubborn", ["records_invalid"], 103027, 1030],
  ]);
  strictEqual(await fakesAlive(), 0);
});

Deno.test("tcptop over nettop shows a connection that ended, with its last counters", async () => {
  const { code, stdout } = await run("plain", "--json", "--count", "6");
  strictEqual(code, 0);
  const flows = stdout.trim().split("\n").flatMap((line) => (JSON.parse(line) as SampleDocument).flows);
  const short = flows.filter(({ remote }) => remote?.port === 80);
  deepStrictEqual(short.map(({ rx_bytes, closed, state }) => [rx_bytes, closed, state]), [
    [120, false, "ESTABLISHED"],
    [160, false, "ESTABLISHED"],
    // Two samples may leave out a connection that is there.
    [160, false, "ESTABLISHED"],
    [160, false, "ESTABLISHED"],
    [160, true, "CLOSED"],
  ]);
});

Deno.test("tcptop over nettop skips what it cannot read, counts it and says so, and gives each row to its process", async () => {
  const { flows, health, source } = await once("odd");
  const bare = flows.find(({ local }) => local?.port === 64600)!,
    after = flows.find(({ local }) => local?.port === 51000)!;
  deepStrictEqual([bare.pid, bare.protocol, bare.rx_bytes, bare.rx_bytes_delta], [4711, "udp", 1200, 400]);
  deepStrictEqual([after.pid, after.process, after.rx_bytes_delta], [4711, "Example, Helper (X)", 1009]);
  // One a frame: what came before the sample, and at most one more.
  strictEqual(health.records_invalid >= 3 && health.records_invalid <= 4, true, `${health.records_invalid}`);
  match(source.notes.map(({ message }) => message).join("\n"), /lines of nettop's output could not be read/);
});

Deno.test("tcptop over nettop runs whatever the loader's variables and the language are", async () => {
  for (
    const environment of [
      { LD_LIBRARY_PATH: "/nowhere" },
      { DYLD_LIBRARY_PATH: "/nowhere", LD_PRELOAD: "" },
      { LC_ALL: "de_DE.UTF-8", LC_NUMERIC: "de_DE.UTF-8", LANG: "fr_FR.UTF-8", STDBUF1: "F" },
    ]
  ) {
    const { code, stdout, stderr } = await runIn(environment, "plain", "--once", "--json");
    deepStrictEqual([code, stderr], [0, ""], Object.keys(environment).join());
    strictEqual((JSON.parse(stdout) as SampleDocument).source.tcp, "nettop");
  }
});

Deno.test("tcptop over nettop ends with status 4 and a sentence when nothing helps", async () => {
  const { code, stdout, stderr } = await run("useless", "--once");
  deepStrictEqual([code, stdout], [4, ""]);
  match(
    stderr,
    /^tcptop: Cannot see connections: .*fake_nettop ended with status 0, saying "usage: nettop .*"\. 5 ways.*\n$/,
  );
});

Deno.test("tcptop doctor over nettop waits for its first table, and says by what way it comes", async () => {
  const well = await run("plain", "doctor", "--json"),
    few = await run("few_columns", "doctor"),
    none = await run("useless", "doctor");
  const { source, best, checks } = JSON.parse(well.stdout);
  deepStrictEqual([well.code, source.tcp, source.udp, best], [0, "nettop", "nettop", true]);
  deepStrictEqual([checks[0].id, checks[0].ok, checks[1].ok], ["nettop", true, true]);
  strictEqual(few.code, 4);
  match(
    few.stdout,
    /! this nettop does not know the columns for packets.* ended with status 0.*\nMISSING +its columns +not all/s,
  );
  strictEqual(none.code, 4);
  match(none.stdout, /TCP from nowhere, UDP from nowhere\n! Cannot see connections: .*\n/);
  match(none.stdout, /To mend it: Start tcptop from a terminal/);
  strictEqual(await fakesAlive(), 0);
});

Deno.test("tcptop over nettop refuses a source that only Linux has", async () => {
  const { code, stderr } = await run("plain", "--once", "--source", "bpf");
  deepStrictEqual([code, stderr], [4, "tcptop: Cannot use --source bpf: only Linux has it. Leave it out\n"]);
});

Deno.test("tcptop over nettop leaves no child behind when its reader goes", async () => {
  const line = asUser([Deno.execPath(), ...flags, ...allowed, `${ROOT}main.ts`, "-b"]).join(" ");
  const env = { TCPTOP_NETTOP: FAKE_NETTOP, TCPTOP_SCRIPT: FAKE_SCRIPT, FAKE_NETTOP: "stubborn" };
  const { code } = await execute(["/bin/sh", "-c", `${line} | head -1 >/dev/null`], env);
  strictEqual(code, 0);
  strictEqual(await fakesAlive(), 0);
});

Deno.test("tcptop as root runs no nettop that a variable names", async () => {
  const { code, stdout, stderr } = await execute(tcptop(["--once", "--json"]), { TCPTOP_NETTOP: FAKE_NETTOP });
  deepStrictEqual([code, stdout, stderr], [3, "", "tcptop: TCPTOP_NETTOP is for tests, and not for root\n"]);
});
