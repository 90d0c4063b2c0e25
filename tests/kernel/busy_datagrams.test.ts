/** UDP flows that have many datagrams, which are counted in places of their own: against what the sender itself sent. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { isAtLeast } from "../../src/system/kernel_version.ts";
import { compiled } from "../support/compiled.ts";
import { lines, within } from "../support/lines.ts";
import { attachedPrograms } from "../support/attached_programs.ts";
import { Program, until } from "../support/program.ts";
import { execute, Running, type SampleDocument } from "../support/tcptop.ts";

const SOURCE = new URL("busy_datagrams.c", import.meta.url);
const BYTES = 101, SENDERS = 4;

class Sockets implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #said: AsyncGenerator<string, void>;

  private constructor(program: string, args: readonly string[]) {
    this.#child = new Deno.Command(program, { args: [...args], stdin: "piped", stdout: "piped" }).spawn();
    this.#said = lines(this.#child.stdout);
  }

  static async start(...args: readonly string[]): Promise<[Sockets, { from: number; to: number }]> {
    const sockets = new Sockets(await compiled("busy_datagrams", [SOURCE]), args);
    return [sockets, JSON.parse(await sockets.#line())];
  }

  async #line(): Promise<string> {
    const { value } = await within(60, "busy_datagrams", this.#said.next());
    if (value === undefined) throw new Error("busy_datagrams has ended");
    return value;
  }

  /** What the receiver had room for. */
  read(): Promise<number> {
    return this.send(0);
  }

  /** By each of its processes; resolves with the sum when all are sent. */
  async send(datagrams: number): Promise<number> {
    const input = this.#child.stdin.getWriter();
    await input.write(new TextEncoder().encode(`${datagrams}\n`));
    input.releaseLock();
    return Number(await this.#line());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.stdin.close();
    await this.#said.return();
    strictEqual((await this.#child.status).code, 0);
  }
}

interface Key {
  readonly cookie: number;
  readonly remote_port: number;
}
interface Traffic {
  readonly tx_packets: number;
  readonly rx_packets: number;
}
interface Entry {
  readonly formatted: {
    readonly key: Key; // of udp_flows, the table
    readonly value: { readonly key: Key; readonly traffic: Traffic }; // with a key in udp_busy, the places
  };
}

interface Counts {
  readonly name: "udp_busy" | "udp_flows";
  readonly id: string;
}

/** The map of that name that a tcptop holds. To be asked for before there is traffic: bpftool is run for each that it has, and a flow expires meanwhile. */
async function mapOf(pid: number, map: Counts["name"]): Promise<Counts> {
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fdinfo`)) {
    const text = await Deno.readTextFile(`/proc/${pid}/fdinfo/${name}`).catch(() => "");
    const id = /^map_id:\t(\d+)$/m.exec(text)?.[1];
    if (id === undefined) continue;
    const shown = await execute(["bpftool", "-j", "map", "show", "id", id]);
    if (shown.code === 0 && JSON.parse(shown.stdout).name === map) return { name: map, id };
  }
  throw new Error(`no map ${map}`);
}

/** What is counted in such a map, by the remote port. */
async function counted({ name, id }: Counts): Promise<Map<number, Traffic>> {
  const found = new Map<number, Traffic>();
  const { stdout } = await execute(["bpftool", "-j", "map", "dump", "id", id]);
  for (const { formatted: { key, value } } of JSON.parse(stdout) as Entry[]) {
    const { cookie, remote_port } = name === "udp_busy" ? value.key : key;
    if (cookie !== 0) found.set(remote_port, value.traffic);
  }
  return found;
}

const sent = (flow: FlowFacts) => [flow.tx_packets, flow.tx_bytes, flow.rx_packets];
const met = (flow: FlowFacts) => [
  flow.rx_packets! + flow.rx_dropped_packets!,
  flow.rx_bytes! + flow.rx_dropped_bytes!,
  flow.tx_packets,
];

for (const [family, args] of [["IPv4", []], ["IPv6", ["-6"]]] as const) {
  Deno.test(`a busy ${family} flow is counted in a place of its own, exactly, and begins anew in the table`, async () => {
    await using running = await Running.start("-i", "200ms", "--udp", "--udp-timeout", "2s");
    const places = await mapOf(running.pid, "udp_busy"), table = await mapOf(running.pid, "udp_flows");
    const [sockets, { from, to }] = await Sockets.start(...args);
    await using _sockets = sockets;
    const ends = ({ flows }: SampleDocument) => ({
      sender: flows.find(({ local, remote }) => local.port === from && remote?.port === to),
      receiver: flows.find(({ local, remote }) => local.port === to && remote?.port === from),
    });
    let received = 0; // at most, in any sample
    const hasAll = async (datagrams: number, what: string) => {
      const expected = [datagrams, datagrams * BYTES, 0];
      const sample = await running.until(what, (sample) => {
        const { sender, receiver } = ends(sample);
        received = Math.max(received, receiver?.rx_packets ?? 0);
        return sender?.tx_packets === datagrams && receiver !== undefined && met(receiver)[0] === datagrams;
      });
      const { sender, receiver } = ends(sample);
      deepStrictEqual([sent(sender!), met(receiver!)], [expected, expected]);
      return sender!.id;
    };

    const first = await sockets.send(1003), id = await hasAll(first, "what made it busy");
    strictEqual(first, SENDERS * 1003);
    const more = await sockets.send(25_003);
    strictEqual(await hasAll(first + more, "what came then"), id);
    const read = await sockets.read();
    // A sample may be taken while a CPU is between the arrival of a datagram and its drop, which the next sample has. Softirqs are not preempted: there is
    // one such datagram for each CPU.
    ok(received <= read + navigator.hardwareConcurrency, `${received} received in a sample, of ${read}`);
    await running.until("what the receiver was given", (sample) => ends(sample).receiver?.rx_packets === read);
    // At least what came once all of the first had been seen. A flow is given its place while they come, if a sample is taken then.
    const inPlaces = await counted(places), inTable = await counted(table);
    ok(inPlaces.get(to)!.tx_packets >= more);
    ok(inPlaces.get(from)!.rx_packets >= more);
    strictEqual(inPlaces.get(to)!.tx_packets + inTable.get(to)!.tx_packets, first + more);
    strictEqual(inPlaces.get(from)!.rx_packets + inTable.get(from)!.rx_packets, first + more);

    const attached = await attachedPrograms(running.pid), types = isAtLeast(Deno.osRelease(), "6.2");
    deepStrictEqual([attached.has("udp_out_types"), attached.has("udp_in_types"), attached.has("udp_out")], [
      types,
      types,
      !types,
    ]);

    // Both ends, which may expire a sample apart: the last datagram came in after it had gone out.
    const last = new Map<string, FlowFacts>();
    await running.until("their end", (sample) => {
      for (const [end, flow] of Object.entries(ends(sample))) if (flow?.state === "EXPIRED") last.set(end, flow);
      return last.size === 2;
    });
    const all = [first + more, (first + more) * BYTES, 0];
    deepStrictEqual([sent(last.get("sender")!), met(last.get("receiver")!)], [all, all]);
    const again = await sockets.send(503), another = await hasAll(again, "the flow that begins anew");
    ok(another !== id);
    ok(!(await counted(places)).has(to));
  });
}

Deno.test("a flow that becomes busy has its place long before the next sample", async () => {
  await using program = new Program(["--json", "--interval", "60s", "--udp"]);
  const pid = await program.pid();
  await until(
    "the programs",
    async () => (await attachedPrograms(pid)).has(isAtLeast(Deno.osRelease(), "6.2") ? "udp_in_types" : "udp_in"),
  );
  const places = await mapOf(pid, "udp_busy"), table = await mapOf(pid, "udp_flows");
  const [sockets, { from, to }] = await Sockets.start();
  await using _sockets = sockets;
  const first = await sockets.send(1003);
  await until("places", async () => {
    const found = await counted(places);
    return found.has(to) && found.has(from);
  });
  const more = await sockets.send(503);
  const inPlaces = await counted(places), inTable = await counted(table);
  ok(inPlaces.get(to)!.tx_packets >= more);
  ok(inPlaces.get(from)!.rx_packets >= more);
  strictEqual(inPlaces.get(to)!.tx_packets + inTable.get(to)!.tx_packets, first + more);
  strictEqual(inPlaces.get(from)!.rx_packets + inTable.get(from)!.rx_packets, first + more);
});
