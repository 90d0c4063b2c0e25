/** Tunnels of the kernel over UDP: what carries them has no counts, and is said to be there; what is inside of them is counted as ever. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { Netns } from "../support/netns.ts";
import { execute, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { lines, within } from "../support/lines.ts";
import { withoutProgram } from "../support/refused.ts";
import { Workload } from "../support/workload.ts";
import { KEPT } from "../support/kept.ts";

const VXLAN_PORT = 4789;
const NOTE = "kernel_tunnels";

async function run(...line: string[]): Promise<void> {
  const { code, stderr } = await execute(line);
  strictEqual(code, 0, stderr);
}

/** Two namespaces with a cable between them, 10.91.0.x, and 10.92.0.x through a VXLAN over it. */
async function join(spaces: readonly Netns[]): Promise<void> {
  const [{ name: first }, { name: second }] = spaces;
  await run("ip", "-n", first, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", second);
  for (const [i, { name }] of spaces.entries()) {
    await run("ip", "-n", name, "addr", "add", `10.91.0.${i + 1}/24`, "dev", "cable");
    await run("ip", "-n", name, "link", "set", "cable", "up");
    const ends = ["local", `10.91.0.${i + 1}`, "remote", `10.91.0.${2 - i}`];
    const vxlan = ["type", "vxlan", "id", "91", "dstport", String(VXLAN_PORT), ...ends];
    await run("ip", "-n", name, "link", "add", "tunnel", ...vxlan);
    await run("ip", "-n", name, "addr", "add", `10.92.0.${i + 1}/24`, "dev", "tunnel");
    await run("ip", "-n", name, "link", "set", "tunnel", "up");
  }
}

/** tcptop in the network namespace of another. Not by `ip netns exec`, which lays another /sys over that with the cgroups. */
const inside = ({ path }: Netns, sockets: string, ...args: readonly (string | number)[]) => {
  const place = sockets === "" ? [] : ["env", `TCPTOP_SOCKETS=${sockets}`];
  return ["nsenter", `--net=${path}`, ...place, ...tcptop(args)];
};

const carriers = ({ flows }: SampleDocument) => flows.filter(({ local }) => local.port === VXLAN_PORT);
const notes = ({ source }: SampleDocument) => source.notes.filter(({ code }) => code === NOTE);

/** A row without figures. */
const facts = (f: FlowFacts) => ({
  ...{ protocol: f.protocol, process: f.process, pid: f.pid, netns: f.netns, remote: f.remote, age: f.age_ms },
  bytes: [f.rx_bytes, f.tx_bytes, f.rx_bytes_delta, f.tx_bytes_delta, f.rx_bytes_per_s, f.tx_bytes_per_s],
  packets: [f.rx_packets, f.tx_packets, f.rx_dropped_packets, f.rx_dropped_bytes],
});
const expected = (netns: Netns) => ({
  ...{ protocol: "udp", process: "[kernel]", pid: 0, netns: netns.inode, remote: null, age: null },
  bytes: [null, null, null, null, null, null],
  packets: [null, null, null, null],
});

for (const sockets of KEPT) {
  Deno.test(`a VXLAN is a row without figures and a note, what goes through it is exact, sockets in ${sockets}`, async () => {
    await using a = await Netns.make();
    await using b = await Netns.make();
    await using running = await Running.of(inside(a, sockets, "--json", "-i", "200ms", "--source", "bpf"));
    deepStrictEqual(notes(await running.fresh()), []);
    await join([a, b]);
    const ends = ["--client-netns", a.path, "--server-netns", b.path, "--address", "10.92.0.2"];
    await using tcp = await Workload.start("hold", "--count", 7, "--tx", 100_003, "--rx", 503, ...ends);
    await using udp = await Workload.start("udp", "--count", 5, "--datagrams", 13, "--tx", 307, "--rx", 211, ...ends);
    const held = await tcp.until("ready"), datagrams = await udp.until("ready");
    await running.until("the tunnel", (sample) => carriers(sample).length > 0);
    const sample = await running.fresh();
    deepStrictEqual(carriers(sample).map(facts), [expected(a)]);
    deepStrictEqual(notes(sample).length, 1);
    match(notes(sample)[0].message, /^1 UDP socket carries a tunnel of the kernel's \(VXLAN, WireGuard/);
    const of = (pid: number, protocol: string) =>
      sample.flows.filter((flow) => flow.pid === pid && flow.protocol === protocol && flow.remote !== null);
    deepStrictEqual(
      of(held.client.pid, "tcp").map(({ tx_bytes, rx_bytes }) => [tx_bytes, rx_bytes]),
      Array(7).fill([100_003, 503]),
    );
    deepStrictEqual(
      of(held.server.pid, "tcp").map(({ tx_bytes, rx_bytes }) => [tx_bytes, rx_bytes]),
      Array(7).fill([503, 100_003]),
    );
    const sum = (of: readonly (number | null)[]) => of.reduce<number>((all, one) => all + one!, 0);
    for (const side of ["client", "server"] as const) {
      const flows = of(datagrams[side].pid, "udp"), sides = datagrams.flows.map((flow) => flow[side]);
      strictEqual(sum(flows.map(({ tx_bytes }) => tx_bytes)), sum(sides.map(({ sent }) => sent)));
      strictEqual(sum(flows.map(({ rx_bytes }) => rx_bytes)), sum(sides.map(({ received }) => received)));
    }
    await run("ip", "-n", a.name, "link", "delete", "tunnel");
    const after = await running.until("its end", (sample) => carriers(sample).length === 0);
    deepStrictEqual(notes(after), []);
  });
}

/** One that has a socket of each family. */
async function endless({ name }: Netns): Promise<void> {
  await run("ip", "-n", name, "link", "add", "tunnel", "type", "vxlan", "external", "dstport", String(VXLAN_PORT));
  await run("ip", "-n", name, "link", "set", "tunnel", "up");
}

Deno.test("a VXLAN without figures is well shown as text, CSV and group", async () => {
  await using netns = await Netns.make();
  await endless(netns);
  const said = async (...args: string[]) => {
    const { code, stdout, stderr } = await execute(inside(netns, "", "--once", "-f", "process:kernel pid:0", ...args));
    deepStrictEqual([code, stderr], [0, ""]);
    return stdout.trimEnd().split("\n");
  };
  const text = await said("--columns", "process,local,remote,state,rx/s,tx/s,rx,tx,rxpackets,age");
  // Among what there may be to say of the machine.
  match(text.join("\n"), /^! 2 UDP sockets carry tunnels of the kernel's .*\. ip -s link /m);
  deepStrictEqual(text.slice(-2).map((line) => line.split(/ +/)).sort(), [
    ["[kernel]", "0.0.0.0:4789", "*", "IDLE", "-", "-", "-", "-", "-", "-"],
    ["[kernel]", "[::]:4789", "*", "IDLE", "-", "-", "-", "-", "-", "-"],
  ]);
  const [titles, ...rows] = (await said("--csv", "-")).map((line) => line.split(","));
  const cell = (row: string[], name: string) => row[titles.indexOf(name)];
  deepStrictEqual(
    rows.map((row) =>
      ["process", "local_address", "remote_address", "rx_bytes", "tx_packets", "age_ms"].map((name) => cell(row, name))
    ),
    [["[kernel]", "0.0.0.0", "", "", "", ""], ["[kernel]", "::", "", "", "", ""]],
  );
  const [group] = JSON.parse((await said("--json", "--group", "process"))[0]).groups;
  deepStrictEqual([group.key, group.udp, group.rx_bytes, group.tx_bytes], ["[kernel]", 2, null, null]);
});

Deno.test("a VXLAN is a row without figures by netlink too, where the note on UDP says it of all", async () => {
  await using netns = await Netns.make();
  await endless(netns);
  await using running = await Running.of(inside(netns, "", "--json", "-i", "200ms", "--source", "netlink"));
  const ours = (sample: SampleDocument) => carriers(sample).filter((flow) => flow.netns === netns.inode);
  const sample = await running.until("the tunnel", (sample) => ours(sample).length === 2);
  deepStrictEqual(ours(sample).map((flow) => facts(flow).bytes), [expected(netns).bytes, expected(netns).bytes]);
  deepStrictEqual(notes(sample), []);
  match(sample.source.notes.map(({ message }) => message).join(), /UDP sockets are listed, without bytes/);
});

/** A daemon of IPsec behind NAT and of L2TP: the kernel takes what is its of each socket (UDP_ENCAP), what is not goes to the process. One is
 * connected: its flow has the peer that the row must do without. */
const DAEMON = `use Socket; use IO::Socket::INET; $| = 1;
my ($esp, $l2tp) = map { IO::Socket::INET->new(Proto => "udp", LocalAddr => "127.0.0.1:$_") } 4500, 1701;
my $peer = IO::Socket::INET->new(Proto => "udp", LocalAddr => "127.0.0.1:5500", PeerAddr => "127.0.0.1:4500");
connect $esp, pack_sockaddr_in(5500, inet_aton("127.0.0.1")) or die $!;
setsockopt $esp, 17, 100, pack "i", 2 or die $!;
setsockopt $l2tp, 17, 100, pack "i", 3 or die $!;
print "ready\\n"; <STDIN>;
send $peer, "\\0\\0\\0\\0" . "i" x 13, 0 for 1 .. 23;
send $peer, "\\0\\0\\1\\1" . "e" x 103, 0 for 1 .. 29;
print "sent\\n"; <STDIN>;`;

for (const sockets of KEPT) {
  Deno.test(`what the kernel takes from a daemon's socket is a row without figures of the daemon, sockets in ${sockets}`, async () => {
    await using netns = await Netns.make();
    await using running = await Running.of(inside(netns, sockets, "--json", "-i", "200ms", "--source", "bpf"));
    const args = [`--net=${netns.path}`, "perl", "-e", DAEMON];
    const daemon = new Deno.Command("nsenter", { args, stdin: "piped", stdout: "piped" }).spawn();
    const said = lines(daemon.stdout), input = daemon.stdin.getWriter();
    await within(10, "its sockets", said.next());
    await input.write(new Uint8Array([10]));
    await within(10, "its datagrams", said.next());
    const sample = await running.until("both sockets", (sample) => notes(sample).length === 1);
    match(notes(sample)[0].message, /^2 UDP sockets carry tunnels/);
    const rows = sample.flows.filter(({ netns: inode, remote }) => inode === netns.inode && remote === null);
    const wanted = { ...expected(netns), process: "perl", pid: daemon.pid };
    deepStrictEqual(rows.map(facts), [wanted, wanted]);
    deepStrictEqual(rows.map(({ local, shared, user }) => [local.port, shared, user]).sort(), [
      [1701, false, "root"],
      [4500, false, "root"],
    ]);
    const counted = (await running.fresh()).flows.find(({ local, remote }) => local.port === 4500 && remote !== null);
    deepStrictEqual([counted!.process, counted!.rx_packets, counted!.rx_bytes], ["perl", 23, 23 * 17]);
    await input.close();
    await said.return(undefined);
    await daemon.status;
    await running.until("their end", (sample) => notes(sample).length === 0);
  });
}

Deno.test("where the kernel has no iterator that finds tunnels, all else goes on and doctor has nothing to mend", async () => {
  const without = (...args: string[]) => withoutProgram("udp_tunnels", tcptop(args));
  const { code, stdout, stderr } = await execute(await without("--once", "--json", "--source", "bpf"));
  const { source } = JSON.parse(stdout);
  deepStrictEqual([code, stderr, source.tcp, source.udp], [0, "", "bpf", "bpf"]);
  deepStrictEqual(source.notes.filter(({ code }: { code: string }) => code === NOTE), []);
  const doctor = JSON.parse((await execute(await without("doctor", "--json"))).stdout);
  const check = doctor.checks.find(({ id }: { id: string }) => id === "program_udp_tunnels");
  deepStrictEqual([doctor.best, doctor.remedy, check.ok, check.needed], [true, null, false, false]);
});
