/** What this machine's kernel throws away, by its reason, at the right row; against nft's counters, tc's, the kernel's own and the workload's. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { EventFacts } from "../../src/output/event_facts.ts";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { compiled } from "../support/compiled.ts";
import { Events } from "../support/events.ts";
import { triesOfTimers } from "../support/first_process.ts";
import { lines, within } from "../support/lines.ts";
import { Netns } from "../support/netns.ts";
import { Pump } from "../support/pump.ts";
import { execute, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

const DATAGRAMS = 23, BYTES = 101, IP_AND_UDP = 28;

async function run(...line: string[]): Promise<string> {
  const { code, stdout, stderr } = await execute(line);
  strictEqual(code, 0, `${line.join(" ")}: ${stderr}`);
  return stdout;
}

const inside = (netns: Netns, ...line: string[]) => run("ip", "netns", "exec", netns.name, ...line);

/** A namespace whose loopback alone is up, and that lets nothing of its own out. */
async function quiet(): Promise<Netns> {
  const netns = await Netns.make();
  await inside(netns, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
  return netns;
}

async function joined(a: Netns, b: Netns): Promise<void> {
  await run("ip", "-n", a.name, "link", "add", "v", "type", "veth", "peer", "name", "v", "netns", b.name);
  for (const [{ name }, address] of [[a, "10.9.5.1/24"], [b, "10.9.5.2/24"]] as const) {
    await run("ip", "-n", name, "link", "set", "dev", "v", "gso_max_segs", "1");
    await run("ip", "-n", name, "addr", "add", address, "dev", "v");
    await run("ip", "-n", name, "link", "set", "v", "up");
  }
}

/** Drops what `match` means in the hook of that letter. */
const rule = (chain: string, match: string, name: string) =>
  `add rule inet t ${chain} ${match} counter name ${name} drop;`;

/** Packets and bytes that nft's counter of that name has. */
async function counter(netns: Netns, name: string): Promise<[number, number]> {
  const text = await inside(netns, "nft", "list", "counter", "inet", "t", name);
  const [, packets, bytes] = /packets (\d+) bytes (\d+)/.exec(text)!;
  return [Number(packets), Number(bytes)];
}

/** Since the namespace was made; the counters are its own. */
async function nstat(netns: Netns, name: string): Promise<number> {
  const text = await inside(netns, "nstat", "-asz", name);
  return Number(new RegExp(`^${name}\\s+(\\d+)`, "m").exec(text)![1]);
}

/** A socket that sends datagrams when it is told to: `ADDRESS PORT COUNT` a line. `local` and `peer`: as ADDRESS:PORT, else unbound, unconnected. */
class Sender implements AsyncDisposable {
  static readonly #program = `use IO::Socket::INET; $| = 1;
my ($local, $peer) = @ARGV;
my @ends = (($local ? (LocalAddr => $local) : ()), ($peer ? (PeerAddr => $peer) : ()));
my $socket = IO::Socket::INET->new(Proto => "udp", @ends) or die "$@"; print $socket->sockport, "\\n";
while (<STDIN>) { my ($address, $port, $count) = split;
  for (1 .. $count) {
    if ($peer) { send $socket, "x" x ${BYTES}, 0 } else { send $socket, "x" x ${BYTES}, 0, pack_sockaddr_in($port, inet_aton($address)) }
  }
  print "sent\\n" }`;
  readonly #child: Deno.ChildProcess;
  readonly #said: AsyncGenerator<string, void>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  port = 0;

  private constructor({ name }: Netns, local: string, peer: string) {
    const args = ["netns", "exec", name, "perl", "-MSocket", "-e", Sender.#program, local, peer];
    this.#child = new Deno.Command("ip", { args, stdin: "piped", stdout: "piped" }).spawn();
    this.#said = lines(this.#child.stdout);
    this.#input = this.#child.stdin.getWriter();
  }

  static async start(netns: Netns, local = "", peer = ""): Promise<Sender> {
    const sender = new Sender(netns, local, peer);
    sender.port = Number((await within(20, "a socket", sender.#said.next())).value);
    return sender;
  }

  async send(address: string, port: number, count = DATAGRAMS): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${address} ${port} ${count}\n`));
    strictEqual((await within(20, "datagrams", this.#said.next())).value, "sent");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#said.return();
    await this.#child.status;
  }
}

const sum = (flow?: FlowFacts) => flow?.dropped?.reduce((sum, drop) => sum + drop.packets, 0) ?? 0;
const told = ({ dropped }: FlowFacts) =>
  dropped!.map(({ direction, reason, packets, bytes }) => `${direction} ${reason} ${packets} ${bytes}`);

/** Returns once the kernel has given up asking for that neighbour. */
async function isGivenUp(netns: Netns, address: string): Promise<void> {
  const search = async () => {
    while (!(await run("ip", "-n", netns.name, "neigh", "show", address)).includes("FAILED")) {
      await new Promise((resume) => setTimeout(resume, 20));
    }
  };
  await within(20, `${address} to be given up`, search());
}

type Choice = (flow: Pick<FlowFacts, "netns" | "local" | "remote">) => boolean;
const of = (netns: Netns, port: number): Choice => (flow) => flow.netns === netns.inode && flow.remote?.port === port;

/** What is told of the flow, once as many packets are. */
async function until(running: Running, choice: Choice, packets: number): Promise<string[]> {
  let seen = "no such flow";
  const fits = ({ flows }: SampleDocument) => {
    const flow = flows.find(choice);
    if (flow !== undefined) seen = told(flow).join();
    return sum(flow) >= packets;
  };
  const sample = await running.until(`${packets} drops`, fits, 20).catch((error) => {
    throw new Error(`${error.message}: ${seen}`);
  });
  return told(sample.flows.find(choice)!);
}

Deno.test("dropped tells of a firewall at the row of who sent, or was to have, the packet, and why a connect timed out", async () => {
  await using netns = await quiet();
  await inside(netns, "sysctl", "-qw", "net.ipv4.tcp_syn_retries=1");
  const names = ["syn_out", "syn_in", "udp_out", "udp_in", "received"];
  await inside(
    netns,
    "nft",
    "add table inet t; add chain inet t o { type filter hook output priority 0; };" +
      "add chain inet t i { type filter hook input priority 0; };" +
      names.map((name) => `add counter inet t ${name};`).join("") + rule("o", "tcp dport 91", "syn_out") +
      rule("i", "tcp dport 92", "syn_in") + rule("o", "udp dport 93", "udp_out") + rule("i", "udp dport 94", "udp_in"),
  );
  await using running = await Running.start("--interval", "200ms");
  const connect = (port: number) =>
    execute(["ip", "netns", "exec", netns.name, "bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${port}`]);
  await using events = new Events(tcptop(["--events", "--json", "--filter", "port:90-92"]));
  for (let ready = false; !ready;) {
    const one = events.until(({ netns: space }) => space === netns.inode).then(() => ready = true);
    while (!ready) await connect(90);
    await one;
  }
  await using sender = await Sender.start(netns, "127.0.0.1:0");
  for (const port of [93, 94]) await sender.send("127.0.0.1", port);
  for (const [port, name] of [[93, "udp_out"], [94, "udp_in"]] as const) {
    const [packets, bytes] = await counter(netns, name);
    deepStrictEqual([packets, bytes], [DATAGRAMS, DATAGRAMS * (BYTES + IP_AND_UDP)]);
    deepStrictEqual(await until(running, of(netns, port), packets), [
      `out netfilter_drop ${packets} ${bytes - packets * IP_AND_UDP}`,
    ]);
  }

  // A socket that is connected to its peer: what does not come in is its own.
  await using receiver = await Sender.start(netns, "127.0.0.1:95", `127.0.0.1:${sender.port}`);
  await receiver.send("-", 0, 1);
  await inside(netns, "nft", rule("i", "udp dport 95", "received"));
  await sender.send("127.0.0.1", 95);
  const [received] = await counter(netns, "received");
  const isReceiver: Choice = (flow) => flow.netns === netns.inode && flow.local.port === 95;
  deepStrictEqual(await until(running, isReceiver, received), [`in netfilter_drop ${DATAGRAMS} ${DATAGRAMS * BYTES}`]);
  strictEqual(received, DATAGRAMS);

  for (let tries = await triesOfTimers();; tries--) {
    const before = new Map([[91, (await counter(netns, "syn_out"))[0]], [92, (await counter(netns, "syn_in"))[0]]]);
    await Promise.all([connect(91), connect(92)]);
    const closed = (await running.upToFresh()).flatMap(({ flows }) => flows).filter(({ closed }) => closed);
    const failed = new Map<number, EventFacts>();
    // In whichever order the two ended.
    while (failed.size < 2) {
      const event = await events.until(({ netns: space, remote }) => space === netns.inode && remote!.port > 90);
      failed.set(event.remote!.port, event);
    }
    const rows = await Promise.all(([[91, "syn_out"], [92, "syn_in"]] as const).map(async ([port, name]) => {
      const [packets] = await counter(netns, name);
      return { port, packets: packets - before.get(port)!, flow: closed.find(of(netns, port))! };
    }));
    if (tries > 1 && rows.some(({ flow, packets }) => sum(flow) < packets)) continue;
    for (const { port, packets, flow } of rows) {
      strictEqual(packets, flow.tx_packets);
      deepStrictEqual(told(flow), [`out netfilter_drop ${packets} 0`]);
      const end = {
        by: "kernel",
        how: "timeout",
        error: "ETIMEDOUT",
        reason: "this machine dropped its SYN: firewall (NETFILTER_DROP)",
      };
      deepStrictEqual(flow.end, end);
      const event = failed.get(port)!;
      deepStrictEqual([event.event, event.end, event.dropped], ["failed", end, flow.dropped]);
    }
    return;
  }
});

Deno.test("dropped tells of a full queue, a closed port, a neighbour that does not answer and the reverse-path filter", async () => {
  await using a = await quiet();
  await using b = await quiet();
  await joined(a, b);
  await inside(a, "sysctl", "-qw", "net.ipv4.neigh.v.mcast_solicit=1", "net.ipv4.neigh.v.retrans_time_ms=100");
  await run("tc", "-n", a.name, ..."qdisc add dev v root tbf rate 8mbit burst 3000 limit 6000".split(" "));
  await using running = await Running.start("--interval", "200ms");
  const refused = async () =>
    Number(/dropped (\d+)/.exec(await run("tc", "-n", a.name, "-s", "qdisc", "show", "dev", "v"))![1]);

  // A queue that is full: datagrams, then a connection.
  await using sender = await Sender.start(a);
  await using receiver = await Sender.start(b, "10.9.5.2:96");
  await sender.send("10.9.5.2", receiver.port, 1001);
  const datagrams = await refused();
  ok(datagrams > 100, `only ${datagrams} were refused: nothing was tested`);
  deepStrictEqual(await until(running, of(a, 96), datagrams), [`out qdisc_drop ${datagrams} ${datagrams * BYTES}`]);
  {
    await using pump = await Pump.start(a, b, "10.9.5.2", { chunk: 65536 });
    await until(running, of(a, pump.port), 20);
    await pump.toggle();
    const full = ({ flows }: SampleDocument) => flows.find(of(a, pump.port))?.limited_by === "peer_window";
    await running.until("a closed window", full, 20);
    // What was refused last may not be in that sample yet.
    let expected = 0, found: FlowFacts["dropped"] = null;
    for (let i = 0; i < 10 && found?.[0]?.packets !== expected; i++) {
      expected = await refused() - datagrams;
      found = (await running.fresh()).flows.find(of(a, pump.port))!.dropped;
    }
    deepStrictEqual(found!.map(({ reason, direction, packets }) => [reason, direction, packets]), [
      ["qdisc_drop", "out", expected],
    ]);
  }

  // A closed port: over loopback it is the sender's.
  await sender.send("127.0.0.1", 97);
  deepStrictEqual(await until(running, of(a, 97), DATAGRAMS), [`out no_socket ${DATAGRAMS} ${DATAGRAMS * BYTES}`]);
  strictEqual(await nstat(a, "UdpNoPorts"), DATAGRAMS);

  // Nobody has the address: the neighbour's timer drops what waits for it.
  for (let tries = await triesOfTimers(), port = 980;; tries--, port++) {
    await sender.send("10.9.5.77", port);
    await isGivenUp(a, "10.9.5.77");
    const flow = (await running.fresh()).flows.find(of(a, port))!;
    if (tries > 1 && sum(flow) < DATAGRAMS) continue;
    deepStrictEqual(told(flow), [`out neigh_failed ${DATAGRAMS} ${DATAGRAMS * BYTES}`]);
    break;
  }
  for (let tries = await triesOfTimers(), port = 990;; tries--, port++) {
    await execute(["ip", "netns", "exec", a.name, "bash", "-c", `exec 3<>/dev/tcp/10.9.5.78/${port}`]);
    const flow = (await running.upToFresh()).flatMap(({ flows }) => flows).find((f) => of(a, port)(f) && f.closed)!;
    if (tries > 1 && sum(flow) < flow.tx_packets!) continue;
    deepStrictEqual(told(flow), [`out neigh_failed ${flow.tx_packets} 0`]);
    strictEqual(flow.end!.reason, "this machine dropped its SYN: no neighbour answers (NEIGH_FAILED)");
    break;
  }

  // An answer would leave by another device than the one by which it came in.
  await inside(b, "sysctl", "-qw", "net.ipv4.conf.all.rp_filter=1");
  await run("ip", "-n", b.name, "link", "add", "w", "type", "veth", "peer", "name", "x");
  await run("ip", "-n", b.name, "link", "set", "x", "up");
  await run("ip", "-n", b.name, "link", "set", "w", "up");
  await run("ip", "-n", b.name, "route", "add", "10.88.0.0/24", "dev", "w");
  await run("ip", "-n", a.name, "addr", "add", "10.88.0.1/32", "dev", "lo");
  await using stranger = await Sender.start(a, "10.88.0.1:100");
  await using connected = await Sender.start(b, "10.9.5.2:0", "10.88.0.1:100");
  await connected.send("-", 0, 1);
  await stranger.send("10.9.5.2", connected.port, 7);
  const expected = [`in ip_rpfilter 7 ${7 * BYTES}`];
  const own = (await until(running, of(b, 100), 7)).filter((text) => text.startsWith("in"));
  deepStrictEqual(own, expected);
  strictEqual(await nstat(b, "TcpExtIPReversePathFilter"), 7);
});

Deno.test("events of connects that are refused have the SYN that was dropped, each of them", async () => {
  await using netns = await Netns.make();
  const reject = "tcp dport 94 counter reject with tcp reset";
  await inside(
    netns,
    "nft",
    `add table inet t; add chain inet t in { type filter hook input priority 0; }; add rule inet t in ${reject}`,
  );
  const tries = 101,
    program = `use IO::Socket::IP; my ($address, $port) = @ARGV;
for (1 .. ${tries}) { IO::Socket::IP->new(PeerAddr => $address, PeerPort => $port) and die "not refused" }`;
  await using events = new Events(tcptop(["--events", "--json"]));
  // The first one is told of once it watches.
  const isSeen = events.until((event) => of(netns, 99)(event));
  let seen = false;
  isSeen.then(() => seen = true, () => seen = true);
  while (!seen) await inside(netns, "perl", "-e", program.replace(String(tries), "1"), "127.0.0.1", "99");
  await isSeen;
  for (
    const [address, port, drop] of [
      ["127.0.0.1", 93, "out no_socket 1 0"],
      ["::1", 95, "out no_socket 1 0"],
      ["127.0.0.1", 94, "out netfilter_drop 1 0"],
    ] as const
  ) {
    await inside(netns, "perl", "-e", program, address, String(port));
    const drops: string[] = [];
    while (drops.length < tries) {
      const { dropped } = await events.until((event) => event.event === "failed" && of(netns, port)(event));
      drops.push(
        dropped!.map(({ direction, reason, packets, bytes }) => `${direction} ${reason} ${packets} ${bytes}`).join(),
      );
    }
    deepStrictEqual(drops, Array(tries).fill(drop));
  }
});

Deno.test("dropped and limited_by tell of a receive buffer that is full", async () => {
  await using netns = await quiet();
  await using running = await Running.start("--interval", "200ms");
  const program = await compiled("lost_datagrams", [new URL("lost_datagrams.c", import.meta.url)]);
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", netns.name, program, "buffer"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const said = lines(child.stdout);
  const { from, lost } = JSON.parse((await within(20, "datagrams", said.next())).value!);
  let word: string | null = null;
  const sample = await running.until("every datagram", ({ flows }) => {
    const flow = flows.find(of(netns, from));
    word ??= flow?.limited_by ?? null;
    return flow?.dropped?.[0]?.packets === lost;
  });
  deepStrictEqual(told(sample.flows.find(of(netns, from))!), [`in socket_rcvbuff ${lost} ${lost * 501}`]);
  strictEqual(await nstat(netns, "UdpRcvbufErrors"), lost);
  strictEqual(word, "reader");
  await child.stdin.close();
  await said.return();
  await child.status;
});

Deno.test("dropped is empty of healthy traffic", async () => {
  await using a = await quiet();
  await using b = await quiet();
  await joined(a, b);
  await using running = await Running.start("--interval", "200ms");
  const way = ["--address", "10.9.5.2", "--client-netns", a.path, "--server-netns", b.path];
  const short = (by: string) => ["short", "--count", 200, "--tx", 101, "--by", by];
  for (const args of [short("client"), short("server"), ["bulk", "--seconds", 1], ["pingpong", "--seconds", 1]]) {
    await using workload = await Workload.start(...args, ...way);
    await workload.until("done");
  }
  const flows = (await running.upToFresh()).flatMap(({ flows }) => flows);
  const ours = flows.filter(({ netns }) => netns === a.inode || netns === b.inode);
  ok(ours.length > 400, `${ours.length} flows`);
  deepStrictEqual(ours.flatMap(({ dropped }) => dropped), []);
});

/** A connection over loopback whose second segment, and the acknowledgement of it, come once more when what followed them is long there. */
const REPLAY = `use IO::Socket::INET; use Socket; use Time::HiRes "sleep"; $| = 1;
my $listener = IO::Socket::INET->new(LocalAddr => "127.0.0.1:0", Listen => 5);
my $client = IO::Socket::INET->new(PeerAddr => "127.0.0.1:" . $listener->sockport); my $server = $listener->accept;
socket(my $raw, PF_INET, SOCK_RAW, 6) or die $!; setsockopt $raw, 0, 3, 1;
my ($segment, $ack);
for (1 .. 3) {
  syswrite $client, "x" x ${BYTES}; sysread $server, my $bytes, ${BYTES};
  until ($_ != 2 or defined $segment and defined $ack) {
    recv $raw, my $packet, 65535, 0; my ($from, $to) = unpack "x20 n n", $packet;
    if (length $packet > ${BYTES}) { $segment = $packet } elsif ($from == $listener->sockport and defined $segment) { $ack = $packet }
  }
  sleep 0.05;
}
for ($segment, $ack) {
  substr($_, 36, 2) = "\\0\\0"; # loopback leaves the checksum to who needs one
  my $sum = 6 + length($_) - 20; $sum += $_ for unpack "n*", substr($_, 12) . "\\0" x (length($_) % 2); $sum = ($sum & 65535) + ($sum >> 16) for 1, 2;
  substr($_, 36, 2) = pack "n", ~$sum & 65535; send $raw, $_, 0, pack_sockaddr_in(0, INADDR_LOOPBACK);
}
print $listener->sockport, "\\n"; <STDIN>`;

Deno.test("dropped tells of an old segment that comes again, and not of an acknowledgement that a later one overtook", async () => {
  await using netns = await quiet();
  await using running = await Running.start("--interval", "200ms");
  const args = ["netns", "exec", netns.name, "perl", "-e", REPLAY];
  const child = new Deno.Command("ip", { args, stdin: "piped", stdout: "piped" }).spawn();
  const said = lines(child.stdout), port = Number((await within(20, "what came again", said.next())).value);
  const flows = (await running.fresh()).flows.filter(({ netns: space }) => space === netns.inode);
  deepStrictEqual(flows.map((flow) => [flow.local.port === port, told(flow)]).sort(), [
    [false, []],
    [true, [`in tcp_rfc7323_paws 1 ${BYTES}`]],
  ]);
  strictEqual(await nstat(netns, "TcpExtPAWSEstab"), 2);
  await child.stdin.close();
  await said.return();
  await child.status;
});

/** Totals are of the machine: packets of others that a firewall throws away meanwhile are in them too. They can only add, and then it is tried again. */
Deno.test("dropped is told by reason alone of more flows than there is room for, and none of it is lost", async () => {
  await using netns = await quiet();
  await inside(
    netns,
    "nft",
    "add table inet t; add chain inet t i { type filter hook input priority 0; }; add counter inet t flood;" +
      rule("i", "udp sport 9999", "flood"),
  );
  await using running = await Running.start("--interval", "200ms");
  const PORTS = 30_001, BYTES = 977;
  const args = ["netns", "exec", netns.name, "perl", "-MSocket", "-e"];
  const flood =
    `socket(my $s, PF_INET, SOCK_DGRAM, 0); bind $s, pack_sockaddr_in(9999, INADDR_ANY); for (1 .. ${PORTS}) {
    send $s, "x" x ${BYTES}, 0, pack_sockaddr_in(10000 + $_, inet_aton("127.0.0.1")) }`;
  type Dropped = { reason: string; packets: number; bytes: number; without_flow: number };
  // Where the flood is slow, on a machine with other work, room is made in time.
  for (let floods = 1, before = 0, told: Dropped[] = [];; floods++) {
    await run("ip", ...args, flood);
    const samples = await running.upToFresh(), untracked = samples.at(-1)!.health.drops_untracked;
    for (const { totals } of samples) told.push(...(totals as unknown as { dropped: Dropped[] }).dropped);
    deepStrictEqual(await counter(netns, "flood"), [PORTS * floods, PORTS * floods * (BYTES + IP_AND_UDP)]);
    const ours = told.filter(({ reason }) => reason === "netfilter_drop");
    const [packets, bytes] = (["packets", "bytes"] as const).map((of) => ours.reduce((all, one) => all + one[of], 0));
    const isExact = packets === PORTS && bytes === PORTS * BYTES;
    if (isExact && untracked > before) return;
    ok(packets >= PORTS && bytes >= PORTS * BYTES && floods < 20, `${untracked - before}: ${JSON.stringify(told)}`);
    before = untracked;
    told = [];
  }
});

Deno.test("dropped has by netlink the number alone of a UDP socket, and a note says why, once", async () => {
  await using netns = await quiet();
  const program = await compiled("lost_datagrams", [new URL("lost_datagrams.c", import.meta.url)]);
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", netns.name, program, "buffer"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const said = lines(child.stdout);
  const { receivers: [{ port }], lost } = JSON.parse((await within(20, "datagrams", said.next())).value!);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using _client = await Deno.connect({ hostname: "127.0.0.1", port: (listener.addr as Deno.NetAddr).port });
  await using running = await Running.start("--interval", "200ms", "--source", "netlink");
  const { flows, source } = await running.fresh();
  const flow = flows.find(({ netns: space, local }) => space === netns.inode && local.port === port)!;
  deepStrictEqual(flow.dropped, [{ reason: null, direction: "in", packets: lost, bytes: null }]);
  deepStrictEqual(
    new Set(flows.filter(({ protocol }) => protocol === "tcp").map(({ dropped }) => dropped)),
    new Set([null]),
  );
  deepStrictEqual(
    source.notes.filter(({ code }) => code === "drop_reasons_unknown").map(({ message, remedy }) => [message, remedy]),
    [[
      "Why this machine drops packets is not known: it takes eBPF, which --source netlink leaves out",
      "Leave out --source",
    ]],
  );
  await child.stdin.close();
  await said.return();
  await child.status;
});
