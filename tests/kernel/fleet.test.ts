/** --hosts: five hosts by ssh, each in namespaces of its own, side by side in one table. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Faults } from "../support/faults.ts";
import { attributesOf } from "../support/otlp_decode.ts";
import { keptIn } from "../support/otlp_receiver.ts";
import { FleetOfHosts, NETLINK, wrapper } from "../support/fleet.ts";
import { lines, within } from "../support/lines.ts";
import { until } from "../support/program.ts";
import { Pty } from "../support/pty.ts";
import { wrongInSample } from "../support/schema.ts";
import { execute, Running, type SampleDocument } from "../support/tcptop.ts";

const NAMES = ["a", "b", "c", "d", "e"] as const, PER_PAIR = 100, HOUR_NS = 3_600_000_000_000, PORT = 7000;
const script = (name: string) => new URL(`../support/${name}`, import.meta.url).pathname, MESH = script("mesh.ts");

type Told = [port: number, other: string, bytes: number][];

/** A receiver of OTLP where the hosts are looked at from. */
class Keeper implements AsyncDisposable {
  readonly folder: string;
  readonly #child: Deno.ChildProcess;

  constructor(fleet: FleetOfHosts) {
    Deno.mkdirSync(this.folder = `${fleet.folder}/otlp`);
    const line = [Deno.execPath(), "run", "-A", "--no-config", script("otlp_keeper.ts"), this.folder];
    const [program, ...args] = fleet.line(line);
    this.#child = new Deno.Command(program, { args, stdin: "null" }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
  }
}

/** The mesh's program on one host. */
class Mesh implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string, void>;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;

  constructor(fleet: FleetOfHosts, name: string, others: readonly string[]) {
    const words = [Deno.execPath(), "run", "-A", "--no-config", MESH, fleet.address(name), PER_PAIR, ...others];
    const [program, ...args] = fleet.on(name, words.map(String));
    this.#child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
    this.#lines = lines(this.#child.stdout);
    this.#stdin = this.#child.stdin.getWriter();
  }

  async line(): Promise<Told> {
    return JSON.parse((await within(60, "the mesh", this.#lines.next())).value!);
  }

  async go(): Promise<void> {
    await this.#stdin.write(new Uint8Array([10]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.go().catch(() => {});
    await this.#stdin.close().catch(() => {});
    await this.#child.status;
  }
}

const noteOf = ({ source }: SampleDocument, code: string) =>
  source.notes.find((note) => note.code === code)?.message ?? "";
const isMesh = ({ local, remote }: SampleDocument["flows"][number]) =>
  remote !== null && (local.port === PORT || remote.port === PORT);

Deno.test("--hosts joins 1,000 connections between five hosts, with equal bytes at both ends, and tells of what goes wrong", async () => {
  await using clock = await Faults.make({ stepNs: HOUR_NS });
  await using fleet = await FleetOfHosts.make(
    NAMES.map((name) => name === "c" ? { name, program: clock.line(wrapper(...NETLINK)) } : { name }),
  );
  await using keeper = new Keeper(fleet);
  await using running = await Running.of(fleet.tcptop(NAMES, "--json", "--otlp"));
  await using meshes = new AsyncDisposableStack();
  const mesh = NAMES.map((name, i) =>
    meshes.use(new Mesh(fleet, name, NAMES.slice(i + 1).map((other) => fleet.address(other))))
  );
  for (const one of mesh) deepStrictEqual(await one.line(), []);
  const told = new Map<string, number>();
  for (const [i, one] of mesh.entries()) {
    await one.go();
    for (const [port, other, bytes] of await one.line()) told.set(`${NAMES[i]} ${port} ${other}`, bytes);
  }
  strictEqual(told.size, 1000);
  const wrong = (flows: SampleDocument["flows"]) => {
    const clients = flows.filter((flow) => flow.remote?.port === PORT),
      byId = new Map(flows.map((flow) => [flow.id, flow]));
    return clients.filter((flow) => {
      const server = byId.get(flow.peer?.id ?? ""),
        bytes = told.get(`${flow.host} ${flow.local.port} ${flow.remote!.address}`);
      return !(flow.tx_bytes === bytes && server?.rx_bytes === bytes && flow.rx_bytes === 307 &&
        server.tx_bytes === 307 &&
        flow.process === "deno" && flow.peer!.process === "deno" && server.peer!.id === flow.id &&
        fleet.address(server.host!) === flow.remote!.address && flow.peer!.host === server.host && flow.rtt_us! > 0 &&
        server.rtt_us! > 0);
    });
  };
  const sample = await running.until("all connections", ({ flows }) => {
    const own = flows.filter(isMesh);
    return own.length === 2000 && wrong(own).length === 0;
  }, 30);
  deepStrictEqual(wrongInSample(sample), []);
  strictEqual(new Set(sample.flows.map(({ id }) => id)).size, sample.flows.length);
  strictEqual(
    noteOf(sample, "host_clock"),
    "c: its clock is 1h00m ahead of this machine's: times that it tells are its own",
  );
  ok(Math.abs(Date.parse(sample.time) - Date.now()) < 10_000);

  for (const one of mesh) await one.go();
  const ended: SampleDocument["flows"][number][] = [];
  await running.until("all ends", ({ flows }) => {
    const closed = flows.filter((flow) => isMesh(flow) && flow.closed);
    ended.push(...closed);
    deepStrictEqual(wrong(closed), []);
    return ended.length >= 2000;
  }, 30);
  strictEqual(ended.length, 2000);

  await fleet.kill("b");
  // What came in just before it was killed is in the sample that tells of it.
  const ofB = ({ flows }: SampleDocument) => flows.filter(({ host }) => host === "b").length;
  const without = await running.until("b is silent", (s) => noteOf(s, "host_ssh") !== "" && ofB(s) === 0, 30);
  match(noteOf(without, "host_stale"), /^b: silent since \d\d:\d\d:\d\d: /);
  match(noteOf(without, "host_ssh"), /^b: ssh does not get there: /);
  const refused = "b: ssh does not get there: connect to host 10.77.0.2 port 2222: Connection refused";
  await running.until("b is tried again", (sample) => noteOf(sample, "host_ssh") === refused, 30);
  await fleet.start("b");
  await running.until("b is back", (sample) => noteOf(sample, "host_ssh") + noteOf(sample, "host_stale") === "", 60);
  strictEqual(await running.stop(), 0);

  const kept = keptIn(keeper.folder), sums = new Map<string, number>(), sent = new Map<string, number>();
  for (const attributes of kept.records.map(attributesOf)) {
    if (attributes["server.port"] !== PORT) continue;
    const host = String(attributes["host.name"]),
      isClient = attributes["client.port"] === attributes["network.local.port"];
    sums.set(host, (sums.get(host) ?? 0) + 1);
    if (!isClient) continue;
    const key = `${host} ${attributes["client.port"]} ${attributes["server.address"]}`;
    strictEqual(attributes["tcptop.tx_bytes"], told.get(key));
    sent.set(host, (sent.get(host) ?? 0) + told.get(key)!);
  }
  deepStrictEqual(sums, new Map(NAMES.map((name) => [name, 400])));
  // Who is called sends the answers: none by a, 100 by b, and so on to 400 by e.
  NAMES.forEach((name, i) => {
    const io = kept.points.find((point) =>
      point.name === "obi.stat.tcp.io" && point.attributes["host.name"] === name &&
      point.attributes["network.io.direction"] === "transmit" && point.attributes["tcptop.process.name"] === "deno"
    );
    strictEqual(io!.value, (sent.get(name) ?? 0) + 307 * PER_PAIR * i);
  });
  deepStrictEqual([kept.resource["service.name"], kept.resource["host.name"]], ["tcptop", undefined]);
});

/** Connects on one host to another, and holds it until a line comes. */
const HOLD = `const [address, port] = Deno.args, hostname = address, server = Deno.args[2] === "listen";
const held = server ? await Deno.listen({ hostname, port: Number(port) }).accept() : await Deno.connect({ hostname, port: Number(port) });
console.log("held");
await Deno.stdin.read(new Uint8Array(1));
held.close();`;

Deno.test("--hosts shows on the screen what was a while ago, with both ends and the hosts as they were then", async () => {
  await using fleet = await FleetOfHosts.make([{ name: "a" }, { name: "b" }]);
  const [address, port] = [fleet.address("b"), "7001"], hold = `${fleet.folder}/hold.ts`;
  await Deno.writeTextFile(hold, HOLD);
  const columns = ["--columns", "host,process,remote,state,rx"], filter = ["--filter", `port:${port}`];
  await using pty = await Pty.start(140, 24, fleet.tcptop(["a", "b"], "--ends", "--no-resolve", ...columns, ...filter));
  const shows = (what: string, fits: (lines: readonly string[]) => boolean) =>
    until(what, async () => fits((await pty.screen()).filter((line) => line.includes("deno"))));
  await using held = new AsyncDisposableStack();
  const end = (name: string, ...more: string[]) => {
    const line = fleet.on(name, [Deno.execPath(), "run", "-A", "--no-config", hold, address, port, ...more]);
    const child = new Deno.Command(line[0], { args: line.slice(1), stdin: "piped", stdout: "null" }).spawn();
    held.defer(async () => {
      await child.stdin.close().catch(() => {});
      await child.status;
    });
  };
  end("b", "listen");
  await until("the listener", async () => (await execute(fleet.on("b", ["ss", "-Hltn"]))).stdout.includes(port));
  end("a");
  const isOpen = (lines: readonly string[]) =>
    ["a", "b"].every((host) =>
      lines.some((line) => new RegExp(`\\b${host} +deno .*deno@`).test(line) && /ESTAB/.test(line))
    );
  await shows("both ends", isOpen);
  await held.disposeAsync();
  await shows("neither end", (lines) => lines.length === 0);
  await pty.key("{");
  await shows("both ends as they were", () => true);
  for (let step = 0; !isOpen((await pty.screen()).filter((line) => line.includes("deno"))); step++) {
    ok(step < 60, (await pty.screen()).join("\n"));
    await pty.key("]", 50);
    await pty.count(200);
  }
  await pty.key(")");
  await shows("the present", (lines) => lines.length === 0);
});

/** A tcptop whose recordings say that they are another's. */
function other(layout: number, version: string): string[] {
  const change = new URL("../support/other_version.ts", import.meta.url).pathname;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const script = `"$@" | DENO_DIR='${
    Deno.env.get("DENO_DIR")
  }' ${Deno.execPath()} run -A --config=${config} ${change} ${layout} ${version}`;
  return ["sh", "-c", script, "sh", ...wrapper(...NETLINK)];
}

/** Of EARLIER_LAYOUTS. */
const EARLIER = 1076161063;
const COPY = (name: string) =>
  `scp "$(command -v tcptop)" ${name}:tcptop && ssh -t ${name} sudo install -m 755 tcptop /usr/local/bin/`;

Deno.test("--hosts says in a sentence what is wrong with a host, and what to do", async () => {
  await using fleet = await FleetOfHosts.make([
    { name: "old", program: other(EARLIER, "0.0.9") },
    { name: "older", program: other(4711, "0.0.8") },
    { name: "newer", program: other(4711, "9.0.0") },
    { name: "asks", asksForPassword: true },
    { name: "none", program: null },
  ]);
  const { code, stdout, stderr } = await execute(
    fleet.tcptop(["old", "older", "newer", "asks", "none"], "--once", "--json"),
  );
  deepStrictEqual([code, stderr], [0, ""]);
  const sample: SampleDocument = JSON.parse(stdout);
  deepStrictEqual([...new Set(sample.flows.map(({ host }) => host))], ["old"]);
  deepStrictEqual(
    sample.source.notes.filter(({ code }) => code.startsWith("host_")).map(({ message, remedy }) => [message, remedy]),
    [
      [
        "older: its tcptop (0.0.8) makes other records than this one (0.1.0) can read",
        `Update it there: ${COPY("older")}`,
      ],
      [
        "newer: its tcptop (9.0.0) makes other records than this one (0.1.0) can read",
        "Update the tcptop of this machine",
      ],
      [
        "asks: sudo asks for a password there, and nobody is there to give one",
        "Let it run this without one: in a file of /etc/sudoers.d there, USER ALL=(root) NOPASSWD: " +
        "/usr/local/bin/tcptop --record - --interval 1000ms",
      ],
      ["none: there is no tcptop", `Copy it: ${COPY("none")}`],
    ],
  );
  const nobody = await execute(fleet.tcptop(["none"], "--once"));
  deepStrictEqual([nobody.code, nobody.stdout, nobody.stderr], [
    1,
    "",
    `tcptop: none: there is no tcptop. Copy it: ${COPY("none")}\n`,
  ]);
});
