/** Datagrams that need care: from port 0, with a fragment header, to the same address on two links, and from a socket that gets another port. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { compiled } from "../support/compiled.ts";
import { lines, within } from "../support/lines.ts";
import { Netns } from "../support/netns.ts";
import { Running, type SampleDocument } from "../support/tcptop.ts";

const SOURCE = new URL("odd_datagrams.c", import.meta.url);

interface Truth {
  readonly port: number;
  readonly links: readonly [number, number];
}

const LINKS = ["one", "two"].map((name, i) =>
  `ip link add ${name} type veth peer ${name}-far && ip link set ${name}-far up && ip link set ${name} up && ip addr add fe80::1/64 dev ${name} nodad && ip addr add 2001:db8:${i}::1/64 dev ${name} nodad`
).join(" && ");

/** Runs the program in a network namespace of its own with two links, until `use` is done. */
async function withOdd(args: string, use: (truth: Truth, netns: number) => Promise<void>): Promise<void> {
  await using netns = await Netns.make();
  const binary = await compiled("odd_datagrams", [SOURCE]);
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", netns.name, "sh", "-c", `${LINKS} && exec ${binary} ${args}`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = lines(child.stdout);
  try {
    const { value } = await within(20, `odd_datagrams ${args}`, output.next());
    await use(JSON.parse(value!), netns.inode);
  } finally {
    await child.stdin.close();
    await output.return();
    await child.status;
  }
}

const ofNetns = ({ flows }: SampleDocument, netns: number, port: number) =>
  flows.filter((flow) => flow.netns === netns && flow.local.port === port);

const COUNTED = [
  { what: "shows who sent a datagram from port 0", args: "port0", from: ["127.0.0.1", 0] },
  { what: "counts a datagram that has a fragment header though it is whole", args: "fragment", from: ["::1", 4444] },
] as const;

for (const { what, args, from } of COUNTED) {
  Deno.test(`tcptop ${what}`, async () => {
    await using running = await Running.start("-i", "300ms", "--udp");
    await withOdd(args, async ({ port }, netns) => {
      // All have come in by now; a sample from before may have some of them.
      const flows = ofNetns(await running.fresh(), netns, port);
      const found = flows.map((
        { remote, rx_packets, rx_bytes },
      ) => [remote!.address, remote!.port, rx_packets, rx_bytes]);
      deepStrictEqual(found, [[...from, 23, 2323]]);
    });
  });
}

for (const group of ["ff01::5", "ff02::5", "ff05::5", "ff08::5", "fe80::5"]) {
  Deno.test(`tcptop tells ${group} on one link from ${group} on another`, async () => {
    await using running = await Running.start("-i", "300ms", "--udp");
    await withOdd(`links ${group}`, async ({ port }, netns) => {
      await running.fresh(); // those before may have one of the two datagrams
      // The number of a link, until its name has been asked for.
      const isNamed = (sample: SampleDocument) =>
        ofNetns(sample, netns, port).filter(({ remote }) => /%[a-z]/.test(remote!.address)).length > 1;
      const sample = await running.until("both flows, with the names of their links", isNamed);
      const told = ofNetns(sample, netns, port).map(({ remote, tx_bytes }) => [remote!.address, tx_bytes]);
      deepStrictEqual(told.sort((a, b) => Number(a[1]) - Number(b[1])), [[`${group}%one`, 300], [`${group}%two`, 301]]);
    });
  });
}

Deno.test("tcptop's filter takes the link into account", async () => {
  await withOdd("links ff02::5", async ({ links }) => {
    for (const [link, expected] of [[links[1], 301], [99, null]] as const) {
      await using running = await Running.start("-i", "300ms", "--udp", "-f", `remote:ff02::5%${link}`);
      await withOdd("links ff02::5", async ({ port }, netns) => {
        for (let i = 0; i < 4; i++) {
          const flows = ofNetns(await running.fresh(), netns, port);
          strictEqual(flows.length === 0 || flows[0].tx_bytes === expected, true);
          strictEqual(flows.length < 2, true);
          if (i === 3) strictEqual(flows.length, expected === null ? 0 : 1);
        }
      });
    }
  });
});

Deno.test("tcptop keeps one flow to a group of global scope, whatever the link", async () => {
  await using running = await Running.start("-i", "300ms", "--udp", "-f", "remote:ff0e::5");
  await withOdd("links ff0e::5", async ({ port }, netns) => {
    const sample = await running.until("both datagrams", (sample) => ofNetns(sample, netns, port)[0]?.tx_packets === 2);
    const told = ofNetns(sample, netns, port).map(({ remote, tx_bytes }) => [remote!.address, tx_bytes]);
    deepStrictEqual(told, [["ff0e::5", 601]]);
  });
});

for (const [how, rx, tx] of [["again", 0, 601], ["let_go", 0, 601], ["heard", 301, 300]] as const) {
  Deno.test(`tcptop shows the port that a socket has once it has let go of its peer (${how}), and who is there`, async () => {
    await using running = await Running.start("-i", "300ms", "--udp");
    await withOdd(how, async ({ port, links: [first, peer] }, netns) => {
      await running.fresh(); // those before may have some of the datagrams
      const sample = await running.until("both ends", (sample) => ofNetns(sample, netns, port)[0]?.peer != null);
      const own = ofNetns(sample, netns, port), others = ofNetns(sample, netns, peer);
      deepStrictEqual(own.map(({ remote, rx_bytes, tx_bytes }) => [remote!.port, rx_bytes, tx_bytes]), [[
        peer,
        rx,
        tx,
      ]]);
      const theirs = others.map((flow) => [flow.remote!.port, flow.rx_bytes, flow.tx_bytes, flow.peer?.id]);
      const [id] = own.map((flow) => flow.id);
      deepStrictEqual(theirs.sort(), [[first, 300, 0, undefined], [port, tx - 300, rx, id]].sort());
    });
  });
}
