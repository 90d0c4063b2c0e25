/** Traffic that never leaves this machine, whatever way it takes: nothing of it is in or out. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Netns } from "../support/netns.ts";
import { execute, Running, type SampleDocument } from "../support/tcptop.ts";
import { type Phase, Workload } from "../support/workload.ts";

const BYTES = 100_003;

async function ip(...line: string[]): Promise<void> {
  const { code, stderr } = await execute(["ip", ...line]);
  strictEqual(code, 0, stderr);
}

/** Two namespaces on a bridge in a third, as an engine lays its containers. */
async function bridge(host: Netns, guests: readonly Netns[]): Promise<void> {
  await ip("-n", host.name, "link", "add", "bridge0", "type", "bridge");
  await ip("-n", host.name, "link", "set", "bridge0", "up");
  for (const [i, { name }] of guests.entries()) {
    await ip("-n", host.name, "link", "add", `port${i}`, "type", "veth", "peer", "name", "eth0", "netns", name);
    await ip("-n", host.name, "link", "set", `port${i}`, "master", "bridge0", "up");
    await ip("-n", name, "addr", "add", `10.88.0.${i + 2}/24`, "dev", "eth0");
    await ip("-n", name, "link", "set", "eth0", "up");
  }
}

const of = ({ client, server }: Phase, { flows }: SampleDocument) =>
  flows.filter(({ pid, remote }) => remote !== null && (pid === client.pid || pid === server.pid));

/** What docs/json.md has for CI: the flows that talked to the outside. */
const OUTSIDE = '[.flows[] | select(.inside == false and .remote)] | map("\\(.process) \\(.remote.address)") | unique';

Deno.test("containers on a bridge, own addresses and loopback are inside, to the byte", async () => {
  await using host = await Netns.make();
  await using a = await Netns.make();
  await using b = await Netns.make();
  await bridge(host, [a, b]);
  await ip("-n", host.name, "addr", "add", "192.168.77.1/24", "dev", "bridge0");
  await ip("-n", host.name, "addr", "add", "10.77.0.1/32", "dev", "lo");
  const between = (client: Netns, server: Netns, address: string) => [
    ...["--client-netns", client.path, "--server-netns", server.path, "--address", address],
  ];
  for (
    const place of [
      between(a, b, "10.88.0.3"),
      between(host, host, "192.168.77.1"),
      between(host, host, "10.77.0.1"),
      between(a, a, "10.88.0.2"),
    ]
  ) {
    await using running = await Running.start("--interval", "200ms");
    await using workload = await Workload.start("hold", "--count", 7, "--tx", BYTES, "--rx", 503, ...place);
    const phase = await workload.until("ready"), samples = await running.upToFresh();
    const flows = of(phase, samples.at(-1)!);
    deepStrictEqual([flows.length, flows.filter(({ inside }) => !inside)], [14, []], String(place));
    const moved = samples.flatMap((sample) => of(phase, sample));
    strictEqual(moved.reduce((sum, { rx_bytes_delta }) => sum + rx_bytes_delta!, 0), 7 * (BYTES + 503));
    // Totals are of the whole machine: of ours nothing is outside, and all of it inside, once.
    const sum = (name: string) => samples.reduce((sum, s) => sum + s.totals[name] * s.interval_ms / 1000, 0);
    // The document has microseconds of the interval, and a rate of some 3.5 MB/s makes 3.5 bytes of one.
    ok(sum("inside_bytes_per_s") >= 7 * (BYTES + 503) - 10);
    const { stdout } = await execute([
      "jq",
      "-n",
      "-c",
      "--argjson",
      "s",
      JSON.stringify({ flows }),
      `$s | ${OUTSIDE}`,
    ]);
    strictEqual(stdout.trim(), "[]");
    await workload.goOn();
    await workload.until("done");
  }
});

Deno.test("multicast that is delivered to this machine itself comes from inside", async () => {
  await using netns = await Netns.make();
  await ip("-n", netns.name, "addr", "add", "10.66.0.1/24", "dev", "lo");
  await ip("-n", netns.name, "route", "add", "239.1.2.3/32", "dev", "lo");
  const script = `
    const receiver = Deno.listenDatagram({ hostname: "239.1.2.3", port: 7777, transport: "udp", reuseAddress: true });
    await receiver.joinMulticastV4("239.1.2.3", "10.66.0.1");
    const sender = Deno.listenDatagram({ hostname: "10.66.0.1", port: 0, transport: "udp" });
    for (let i = 0; i < 13; i++) await sender.send(new Uint8Array(307), { hostname: "239.1.2.3", port: 7777, transport: "udp" });
    for (let i = 0; i < 13; i++) await receiver.receive();
    console.log("received");
    await Deno.stdin.read(new Uint8Array(1));`;
  await using running = await Running.start("--interval", "200ms");
  const args = ["netns", "exec", netns.name, Deno.execPath(), "eval", "--unstable-net", script];
  const child = new Deno.Command("ip", { args, stdin: "piped", stdout: "piped" }).spawn();
  try {
    const sample = await running.until(
      "the datagrams",
      ({ flows }) => flows.some(({ local, rx_packets }) => local.port === 7777 && rx_packets === 13),
    );
    const received = sample.flows.filter(({ local, rx_packets }) => local.port === 7777 && rx_packets! > 0);
    deepStrictEqual(received.map(({ inside, rx_bytes }) => [inside, rx_bytes]), [[true, 13 * 307]]);
  } finally {
    await child.stdin.close();
    await child.stdout.cancel();
    await child.status;
  }
});
