/** Datagrams that came in and never reached their process, against the receiver's own count and the kernel's. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { compiled } from "../support/compiled.ts";
import { lines, within } from "../support/lines.ts";
import { Netns } from "../support/netns.ts";
import { withoutProgram } from "../support/refused.ts";
import { Running, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { KEPT } from "../support/kept.ts";

const SOURCE = new URL("lost_datagrams.c", import.meta.url);
const DATAGRAMS = 1001, BYTES = 501;

interface Truth {
  readonly from: number;
  /** The port of a second sender; 0: there is none. */
  readonly other: number;
  readonly receivers: readonly { readonly port: number; readonly datagrams: number; readonly bytes: number }[];
  readonly lost: number;
}

/** The program in a network namespace of its own, whose counters are of nothing else. It holds its sockets until it is disposed of. */
class Loser implements AsyncDisposable {
  private constructor(
    readonly netns: number,
    readonly truth: Truth,
    readonly child: Deno.ChildProcess,
    readonly output: AsyncGenerator<string, void>,
    readonly namespace: Netns,
  ) {}

  static async start(mode: string): Promise<Loser> {
    const netns = await Netns.make(), binary = await compiled("lost_datagrams", [SOURCE]);
    const routed = `ip route add 239.0.0.0/8 dev lo && exec ${binary} ${mode}`;
    const args = ["netns", "exec", netns.name, "sh", "-c", routed];
    const child = new Deno.Command("ip", { args, stdin: "piped", stdout: "piped" }).spawn(),
      output = lines(child.stdout);
    const { value } = await within(20, `lost_datagrams ${mode}`, output.next());
    return new Loser(netns.inode, JSON.parse(value!), child, output, netns);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child.stdin.close();
    await this.output.return();
    await this.child.status;
    await this.namespace[Symbol.asyncDispose]();
  }
}

const receiving = ({ flows }: SampleDocument, netns: number, from: number) =>
  flows.filter((flow) => flow.netns === netns && flow.remote?.port === from);

const lostBy = ({ truth: { receivers } }: Loser) =>
  receivers.reduce((sum, { datagrams }) => sum + DATAGRAMS - datagrams, 0);

/** Datagrams that sockets of this process's own network namespace, in which no loser is, have lost since it began. Totals are of the whole machine. */
async function lostElsewhere(): Promise<number> {
  const udp = (await Deno.readTextFile("/proc/net/snmp")).split("\n").filter((line) => line.startsWith("Udp:"));
  const [names, values] = udp.map((line) => line.split(" "));
  const six = await Deno.readTextFile("/proc/net/snmp6").catch(() => "");
  return Number(values[names.indexOf("InErrors")]) + Number(/^Udp6InErrors\s+(\d+)$/m.exec(six)?.[1] ?? 0);
}

/** That so many were told in the totals, but for what others have lost meanwhile. */
async function isTold(told: number, lost: number, elsewhereBefore: number): Promise<void> {
  const others = await lostElsewhere() - elsewhereBefore;
  ok(told >= lost && told <= lost + others, `${told} told of ${lost}, and ${others} of others`);
}

const byDatagrams = (a: readonly (number | null)[], b: readonly (number | null)[]) => a[0]! - b[0]!;
const figures = (flow: FlowFacts) => [
  flow.rx_packets,
  flow.rx_bytes,
  flow.rx_dropped_packets,
  flow.rx_dropped_bytes,
  flow.tx_packets,
];

/** Whose full buffers the kernel counts: packets, and one that GRO put together is one. */
const MODES = new Map([
  ["buffer", 998],
  ["six", 998],
  ["mapped", 998],
  ["connected", 998],
  ["cork", 998],
  ["segments", 998],
  ["multicast", 998],
  ["gro", 142],
  ["filter", 0],
  ["damaged", 0],
]);

for (const [mode, errors] of MODES) {
  Deno.test(`tcptop tells received datagrams from lost ones, exactly: ${mode}`, async () => {
    const elsewhere = await lostElsewhere();
    await using running = await Running.start("-i", "300ms", "--udp");
    await using loser = await Loser.start(mode);
    const { netns, truth: { from, receivers, lost } } = loser;
    strictEqual(lost, errors);
    let told = 0, noted = false;
    const sample = await running.until("every datagram", (sample) => {
      told += sample.totals.rx_dropped_packets ?? 0;
      noted ||= sample.source.notes.some(({ code }) => code === "datagrams_dropped");
      const flows = receiving(sample, netns, from);
      return flows.length === receivers.length &&
        flows.every(({ rx_packets, rx_dropped_packets }) => rx_packets! + rx_dropped_packets! === DATAGRAMS);
    });
    const expected = receivers.map(({ datagrams, bytes }) => [
      datagrams,
      bytes,
      DATAGRAMS - datagrams,
      DATAGRAMS * BYTES - bytes,
      0,
    ]);
    deepStrictEqual(receiving(sample, netns, from).map(figures).sort(byDatagrams), expected.sort(byDatagrams));
    ok(noted);
    await isTold(told, lostBy(loser), elsewhere);
  });
}

/** In a table losses are looked for with owners, which takes up a fiftieth of the time: on a busy machine seldom. */
const LOOK_S = 30;

/** tcptop where the kernel does not tell of each datagram that it throws away. */
const older = async (sockets: string) => {
  const line = await withoutProgram("udp_dropped", tcptop(["--json", "-i", "300ms", "--udp"]), "load");
  return await Running.of(["env", `TCPTOP_SOCKETS=${sockets}`, ...line]);
};

/** Those of MODES in which each datagram is a packet, and none is damaged. */
const COUNTED = [...MODES.keys()].filter((mode) => mode !== "gro" && mode !== "damaged");

const byMode = (rows: readonly unknown[]) => Object.fromEntries(COUNTED.map((mode, i) => [mode, rows[i]]));

for (const sockets of KEPT) {
  Deno.test(`before Linux 6.11 tcptop tells how many datagrams were lost, in ${sockets}`, async () => {
    const elsewhere = await lostElsewhere();
    await using running = await older(sockets);
    await using stack = new AsyncDisposableStack();
    const losers: Loser[] = [];
    for (const mode of COUNTED) losers.push(stack.use(await Loser.start(mode)));
    const expected = losers.map(({ truth: { receivers } }) =>
      receivers.map(({ datagrams }) => {
        const lost = DATAGRAMS - datagrams;
        // Which of the bytes that came in were lost the kernel does not say.
        return [datagrams, DATAGRAMS * BYTES, lost, lost === 0 ? 0 : null, 0];
      }).sort(byDatagrams)
    );
    let told = 0, noted = false;
    const rows = (sample: SampleDocument) =>
      losers.map(({ netns, truth }) => receiving(sample, netns, truth.from).map(figures).sort(byDatagrams));
    const sample = await running.until("every loss", (sample) => {
      told += sample.totals.rx_dropped_packets ?? 0;
      noted ||= sample.source.notes.some(({ code }) => code === "datagrams_dropped");
      return rows(sample).join() === expected.join();
    }, LOOK_S);
    deepStrictEqual(byMode(rows(sample)), byMode(expected));
    ok(noted);
    await isTold(told, losers.reduce((sum, loser) => sum + lostBy(loser), 0), elsewhere);
  });

  Deno.test(`before Linux 6.11 what cannot be told of a flow is null, and in the totals, in ${sockets}`, async () => {
    const elsewhere = await lostElsewhere();
    await using running = await older(sockets);
    await using senders = await Loser.start("senders");
    await using gro = await Loser.start("gro");
    const lost = [senders.truth.lost, gro.truth.lost];
    deepStrictEqual(lost, [998, 142]);
    const rows = (sample: SampleDocument) =>
      [senders, gro].flatMap(({ netns, truth: { from, other } }) =>
        [from, other].flatMap((port) => receiving(sample, netns, port)).map(figures)
      );
    const expected = [501, 500, DATAGRAMS].map((datagrams) => [datagrams, datagrams * BYTES, null, null, 0]);
    let told = 0;
    const sample = await running.until("every loss", (sample) => {
      told += sample.totals.rx_dropped_packets ?? 0;
      return told >= lost[0] + lost[1] && rows(sample).join() === expected.join();
    }, LOOK_S);
    deepStrictEqual(rows(sample), expected);
    await isTold(told, lost[0] + lost[1], elsewhere);
  });
}

Deno.test("tcptop tells which of two senders' datagrams were lost", async () => {
  await using running = await Running.start("-i", "300ms", "--udp");
  await using loser = await Loser.start("senders");
  const { netns, truth: { from, other, receivers: [{ datagrams }] } } = loser;
  const rows = (sample: SampleDocument) => [from, other].flatMap((port) => receiving(sample, netns, port));
  const told = (sample: SampleDocument) =>
    rows(sample).map(({ rx_packets, rx_dropped_packets }) => rx_packets! + rx_dropped_packets!);
  const sample = await running.until("every datagram", (sample) => told(sample).join() === "501,500");
  strictEqual(rows(sample).reduce((sum, { rx_packets }) => sum + rx_packets!, 0), datagrams);
});

Deno.test("tcptop by netlink tells how many datagrams a socket has lost", async () => {
  await using running = await Running.start("-i", "300ms", "--udp", "--source", "netlink");
  await using loser = await Loser.start("buffer");
  const { netns, truth: { receivers: [{ port }] } } = loser;
  await running.fresh(); // those before may have some of the losses
  const ours = ({ flows }: SampleDocument) => flows.find((flow) => flow.netns === netns && flow.local.port === port);
  const flow = ours(await running.until("the socket", (sample) => ours(sample) !== undefined))!;
  deepStrictEqual(figures(flow), [null, null, 998, null, null]);
});

Deno.test("tcptop --source netlink counts only the losses that it has seen as the sample's", async () => {
  await using loser = await Loser.start("buffer");
  const elsewhere = await lostElsewhere();
  await using running = await Running.start("-i", "300ms", "--udp", "--source", "netlink");
  const sample = await running.until("a sample", ({ flows }) => flows.some((flow) => flow.netns === loser.netns));
  await isTold(sample.totals.rx_dropped_packets, 0, elsewhere);
});
