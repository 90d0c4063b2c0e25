/** Packets that this machine itself refuses to send: each attempt counts as sent in the kernel, and none has left. The witness is the
 * workload's own count of what was written and read. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { Netns } from "../support/netns.ts";
import { execute, Running, type SampleDocument } from "../support/tcptop.ts";
import { endsOf, Workload } from "../support/workload.ts";
import { SOURCES } from "../support/kept.ts";

async function run(...line: string[]): Promise<string> {
  const { code, stdout, stderr } = await execute(line);
  if (code !== 0) throw new Error(`${line.join(" ")}: ${stderr}`);
  return stdout;
}

/** Two namespaces with a veth between them. */
async function pair(a: Netns, b: Netns): Promise<void> {
  await run("ip", "-n", a.name, "link", "add", "v", "type", "veth", "peer", "name", "v", "netns", b.name);
  for (const [{ name }, address] of [[a, "10.9.0.1/24"], [b, "10.9.0.2/24"]] as const) {
    await run("ip", "-n", name, "addr", "add", address, "dev", "v");
    await run("ip", "-n", name, "link", "set", "v", "up");
  }
}

const tc = (netns: Netns, ...words: string[]) => run("tc", "-n", netns.name, "qdisc", ...words);
/** A queue that holds two or three segments and refuses the rest. */
const SMALL = ["root", "tbf", "rate", "200mbit", "burst", "16kb", "limit", "20kb"];
/** The kernel has a refusal of its output hook back as EPERM, and counts an attempt. */
const FIREWALL = "add table inet t; add chain inet t c { type filter hook output priority 0; };" +
  "add rule inet t c tcp flags & syn == 0 numgen random mod 3 == 0 counter drop";
/** All packets pass again. What the firewall has counted until then. */
async function withdrawFirewall({ name }: Netns): Promise<string> {
  const counted = await run("ip", "netns", "exec", name, "nft", "list", "ruleset");
  await run("ip", "netns", "exec", name, "nft", "flush", "ruleset");
  return counted;
}

const TX = 6_000_007, RX = 1_000_003;

for (
  const [source, sockets] of SOURCES
) {
  Deno.test(`tx_bytes is what has left, where a full queue refuses packets, by ${source} ${sockets}`, async () => {
    await using a = await Netns.make();
    await using b = await Netns.make();
    await pair(a, b);
    for (const netns of [a, b]) await tc(netns, "add", "dev", "v", ...SMALL);
    if (sockets !== "") Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start("--interval", "150ms", "--source", source);
    Deno.env.delete("TCPTOP_SOCKETS");
    await using workload = await Workload.start(
      "hold",
      ...["--count", "3", "--tx", String(TX), "--rx", String(RX), "--address", "10.9.0.2"],
      ...["--client-netns", a.path, "--server-netns", b.path],
    );
    const ends = endsOf(await workload.until("ready"));
    const figures = (flow?: { tx_bytes: number | null; rx_bytes: number | null }) => [flow?.tx_bytes, flow?.rx_bytes];
    const expected = ends.map(({ side }) => [side.sent, side.received]);
    const { flows } = await running.fresh();
    const of = (all: typeof flows) =>
      ends.map(({ local, remote }) =>
        figures(
          all.find((f) =>
            `${f.local.address} ${f.local.port}` === local && `${f.remote?.address} ${f.remote?.port}` === remote
          ),
        )
      );
    deepStrictEqual(of(flows), expected);
    await workload.goOn();
    await workload.until("done");
    const ended = (await running.upToFresh()).flatMap(({ flows }) => flows).filter(({ closed }) => closed);
    deepStrictEqual(of(ended), expected);
    const [, refused] = /dropped (\d+)/.exec(await run("tc", "-n", a.name, "-s", "qdisc", "show", "dev", "v")) ?? [];
    ok(Number(refused) > 20, `only ${refused} packets were refused: nothing was tested`);
  });
}

Deno.test("a queue that refuses everything has let nothing out, and no rate is shown", async () => {
  await using a = await Netns.make();
  await using b = await Netns.make();
  await pair(a, b);
  await using running = await Running.start("--interval", "150ms");
  await using workload = await Workload.start(
    "stir",
    ...["--count", "1", "--rate", "200", "--seconds", "60", "--address", "10.9.0.2"],
    ...["--client-netns", a.path, "--server-netns", b.path],
  );
  const { client } = await workload.until("ready");
  const mine = ({ flows }: SampleDocument) => flows.find(({ pid, remote }) => pid === client.pid && remote !== null)!;
  await running.until("traffic", (sample) => mine(sample)?.tx_bytes_delta! > 0);
  await tc(a, "add", "dev", "v", "root", "tbf", "rate", "8bit", "burst", "10", "limit", "1");
  const before = mine(await running.fresh());
  for (let i = 0; i < 6; i++) {
    const { tx_bytes, tx_bytes_delta } = mine(await running.next());
    deepStrictEqual([tx_bytes, tx_bytes_delta], [before.tx_bytes, 0]);
  }
});

for (const source of ["bpf", "netlink"]) {
  Deno.test(`tx_bytes is what has left, where a firewall drops a third of what is sent, IPv4 and IPv6, by ${source}`, async () => {
    await using a = await Netns.make();
    for (const family of [[], ["-6"]]) {
      await run("ip", "netns", "exec", a.name, "nft", FIREWALL);
      await using running = await Running.start("--interval", "150ms", "--source", source);
      const sizes = ["--count", "5", "--tx", "200003", "--rx", "100003"];
      const args = [...family, ...sizes, "--client-netns", a.path, "--server-netns", a.path];
      await using workload = await Workload.start("hold", ...args);
      // A segment that chance has refused k times in a row waits 2^k times as long: what is left after this time, which most runs do not take, passes.
      let passing: Promise<string> | undefined;
      const letPass = () => passing ??= withdrawFirewall(a);
      const timer = setTimeout(letPass, 6000);
      using _ended = { [Symbol.dispose]: () => clearTimeout(timer) };
      const phase = await workload.until("ready"), ends = endsOf(phase);
      const expected = ends.map(({ side }) => [side.sent, side.received]).sort();
      const of = ({ flows }: SampleDocument, closed: boolean) =>
        flows.filter((f) =>
          f.netns === a.inode && f.closed === closed && f.remote !== null &&
          [f.local.port, f.remote.port].includes(phase.port)
        )
          .map(({ tx_bytes, rx_bytes }) => [tx_bytes, rx_bytes]).sort();
      deepStrictEqual(of(await running.fresh(), false), expected);
      await workload.goOn();
      await workload.until("done");
      clearTimeout(timer);
      const counted = await letPass();
      const last = await running.until(
        "all ends",
        ((ended: number) => (sample: SampleDocument) => {
          ended += of(sample, true).length;
          return ended >= expected.length;
        })(0),
        20,
      );
      deepStrictEqual(of(last, false), []);
      ok(Number(/packets (\d+)/.exec(counted)![1]) > 5, counted);
    }
  });
}

Deno.test("tx_bytes by netlink stays what has left, where a connection of refused packets ends by a reset", async () => {
  await using a = await Netns.make();
  await run("ip", "netns", "exec", a.name, "nft", FIREWALL);
  await using running = await Running.start("--interval", "150ms", "--source", "netlink");
  let expected: unknown[], port: number, counted: string;
  const of = ({ flows }: SampleDocument, closed: boolean) =>
    flows.filter((f) =>
      f.netns === a.inode && f.closed === closed && f.remote && [f.local.port, f.remote.port].includes(port)
    )
      .map(({ direction, tx_bytes }) => [direction, tx_bytes]);
  {
    const sizes = ["--count", "5", "--tx", "200003", "--rx", "100003"];
    await using workload = await Workload.start("hold", ...sizes, "--client-netns", a.path, "--server-netns", a.path);
    // As above.
    let passing: Promise<string> | undefined;
    const letPass = () => passing ??= withdrawFirewall(a);
    const timer = setTimeout(letPass, 6000);
    using _ended = { [Symbol.dispose]: () => clearTimeout(timer) };
    const phase = await workload.until("ready");
    counted = await letPass();
    port = phase.port;
    expected = endsOf(phase).map(({ local, side }) => [local.endsWith(` ${port}`) ? "inbound" : "outbound", side.sent]);
    deepStrictEqual(of(await running.fresh(), false).sort(), expected.sort());
    await run("ip", "netns", "exec", a.name, "ss", "-K", "-t", "dport", "=", `:${port}`);
  }
  const ended: unknown[] = [];
  await running.until("all ends", (sample) => ended.push(...of(sample, true)) >= expected.length);
  deepStrictEqual(ended.sort(), expected);
  ok(Number(/packets (\d+)/.exec(counted)![1]) > 5, counted);
});
