/** Tunnels of the kernel over UDP: what carries them has no counts, and is said to be there; what is inside of them is counted as ever. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { Netns } from "../support/netns.ts";
import { execute, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

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

for (const sockets of ["storage", "table"]) {
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
