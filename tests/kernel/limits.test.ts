/**
 * What a connection waits for, on paths and between ends that are made so. With TCPTOP_ROUNDS=10 in the environment each is made so often, watched for
 * five seconds a time, and a line says in how many of the samples the word was right.
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { Netns } from "../support/netns.ts";
import { cable, Pump } from "../support/pump.ts";
import { execute, Running } from "../support/tcptop.ts";
import { SOURCES } from "../support/kept.ts";

const SAMPLES = 10, RIGHT = 9;
const ROUNDS = Number(Deno.env.get("TCPTOP_ROUNDS") ?? 1), MANY = ROUNDS > 1;
const INTERVAL = MANY ? "500ms" : "200ms";

type Ends = { readonly client: string | null; readonly server: string | null };

function endsOf(flows: readonly FlowFacts[], { port }: Pump): Ends {
  const of = (fits: (flow: FlowFacts) => boolean) => flows.find((flow) => flow.remote !== null && fits(flow));
  const client = of(({ remote }) => remote!.port === port), server = of(({ local }) => local.port === port);
  return { client: client?.limited_by ?? null, server: server?.limited_by ?? null };
}

const misses: string[] = [];

/** Of SAMPLES samples, at least RIGHT have the words that each of the connections should have. */
async function mostly(running: Running, ...all: readonly (readonly [Pump, Partial<Ends>])[]): Promise<void> {
  const samples: (readonly FlowFacts[])[] = [];
  for (let { flows } = await running.fresh(); samples.length < SAMPLES; { flows } = await running.next()) {
    samples.push(flows);
  }
  for (const [pump, expected] of all) judge(samples.map((flows) => endsOf(flows, pump)), expected);
}

function judge(found: readonly Ends[], expected: Partial<Ends>): void {
  const fits = (ends: Ends) => Object.entries(expected).every(([end, word]) => ends[end as keyof Ends] === word);
  const right = found.filter(fits).length;
  if (MANY) console.log(`${Object.entries(expected).flat().join(" ")}: ${right} of ${found.length}`);
  if (right < RIGHT) misses.push(`${JSON.stringify(expected)}: ${JSON.stringify(found)}`);
}

/** Nothing comes through to it any more, or out of it. */
async function silence(netns: Netns, hook: "input" | "output" = "input"): Promise<void> {
  const rules = `add table inet t; add chain inet t c { type filter hook ${hook} priority 0; policy drop; }`;
  deepStrictEqual((await execute(["ip", "netns", "exec", netns.name, "nft", rules])).code, 0);
}

/** Each time with all that belongs to it. */
function test(name: string, once: () => Promise<void>): void {
  Deno.test(name, async () => {
    for (let round = 0; round < ROUNDS; round++) await once();
    deepStrictEqual(misses.splice(0), []);
  });
}

for (const [source, sockets] of SOURCES) {
  const start = async () => {
    if (sockets !== "") Deno.env.set("TCPTOP_SOCKETS", sockets);
    const running = await Running.start("--interval", INTERVAL, "--source", source);
    Deno.env.delete("TCPTOP_SOCKETS");
    return running;
  };
  const by = `by ${source} ${sockets}`.trim();

  test(`limited_by says idle, application, and who does not read, ${by}`, async () => {
    await using running = await start();
    await using idle = await Pump.start(null, null, "127.0.0.1", { chunk: 0 });
    await using paced = await Pump.start(null, null, "127.0.0.1", { chunk: 1024, everyMs: 50 });
    await using stalled = await Pump.start(null, null, "127.0.0.1", { chunk: 65536 });
    await stalled.toggle();
    await running.until(
      "a full buffer",
      ({ flows }) => flows.some((flow) => flow.remote?.port === stalled.port && flow.limited_by === "peer_window"),
    );
    await mostly(
      running,
      [stalled, { client: "peer_window", server: "reader" }],
      [idle, { client: "idle", server: "idle" }],
      [paced, { client: "application" }],
    );
    await stalled.toggle();
    await running.until(
      "the end of it",
      ({ flows }) => !flows.some((flow) => flow.local.port === stalled.port && flow.limited_by === "reader"),
    );
  });

  test(`limited_by says send_buffer over a path of 50 ms, and application of who only uses it, ${by}`, async () => {
    await using a = await Netns.make();
    await using middle = await Netns.make();
    await using b = await Netns.make();
    await using _wire = await cable(a, middle, b, 25, 0);
    await using running = await start();
    await using small = await Pump.start(a, b, "10.9.1.2", { chunk: 65536, sndbuf: 4608 });
    await using paced = await Pump.start(a, b, "10.9.1.2", { chunk: 1024, everyMs: 50 });
    await running.until(
      "a second of it",
      ({ flows }) => flows.some((f) => f.remote?.port === small.port && f.age_ms! > 1000),
    );
    await mostly(running, [small, { client: "send_buffer" }], [paced, { client: "application" }]);
    const { flows } = await running.fresh(), flow = flows.find(({ remote }) => remote?.port === small.port)!;
    ok(flow.min_rtt_us! >= 50_000 && flow.min_rtt_us! < 60_000, `${flow.min_rtt_us} µs`);
    await silence(b);
    const isSilent = ({ remote, limited_by }: FlowFacts) => remote?.port === small.port && limited_by === "loss";
    await running.until("silence", ({ flows }) => flows.some(isSilent));
    await mostly(running, [small, { client: "loss" }]);
  });

  test(`limited_by says loss where a firewall of this machine refuses a few bytes, and segments, ${by}`, async () => {
    await using netns = await Netns.make();
    await using running = await start();
    await using few = await Pump.start(netns, netns, "127.0.0.1", { chunk: 1, everyMs: 50 });
    await using many = await Pump.start(netns, netns, "127.0.0.1", { chunk: 65536 });
    const isSilent = ({ flows }: { readonly flows: readonly FlowFacts[] }) =>
      [few, many].every(({ port }) => flows.some((f) => f.remote?.port === port && f.limited_by === "loss"));
    // Where silence comes while the receiver has no room, as it had to wait for a CPU, nothing is lost: the sender waits for room. Then once more.
    let silent = false;
    for (let tries = 0; tries < 5 && !silent; tries++) {
      await silence(netns, "output");
      let seen = 0;
      silent = isSilent(await running.until("silence", (sample) => isSilent(sample) || ++seen === 30, 30));
      if (silent) break;
      deepStrictEqual((await execute(["ip", "netns", "exec", netns.name, "nft", "flush", "ruleset"])).code, 0);
      const moves = ({ remote, tx_bytes_delta }: FlowFacts) => remote?.port === many.port && tx_bytes_delta! > 0;
      await running.until("traffic again", ({ flows }) => flows.some(moves), 60);
    }
    ok(silent, "never told of a loss");
    await mostly(running, [few, { client: "loss" }], [many, { client: "loss" }]);
  });

  test(`limited_by says network of a slow path, and loss of one that loses 2 %, ${by}`, async () => {
    await using a = await Netns.make();
    await using middle = await Netns.make();
    await using b = await Netns.make();
    await using _wire = await cable(a, middle, b, 1, 0);
    const slow = "qdisc add dev v root tbf rate 8mbit burst 16kb limit 10mb";
    const { code, stderr } = await execute(["tc", "-n", a.name, ...slow.split(" ")]);
    deepStrictEqual([code, stderr], [0, ""]);
    await using c = await Netns.make();
    await using lossy = await Netns.make();
    await using d = await Netns.make();
    await using _lossy = await cable(c, lossy, d, 2, 50);
    await using running = await start();
    await using queued = await Pump.start(a, b, "10.9.1.2", { chunk: 65536 });
    // BBR does not slow down for losses, and may be held up by its send buffer.
    await using dropped = await Pump.start(c, d, "10.9.1.2", { chunk: 65536, congestion: "reno" });
    await running.until(
      "a second of it",
      ({ flows }) => flows.some((f) => f.remote?.port === dropped.port && f.age_ms! > 1000),
    );
    await mostly(running, [queued, { client: "network" }], [dropped, { client: "loss" }]);
    await silence(b);
    const isSilent = ({ remote, limited_by }: FlowFacts) => remote?.port === queued.port && limited_by === "loss";
    await running.until("silence", ({ flows }) => flows.some(isSilent));
    await mostly(running, [queued, { client: "loss" }]);
  });
}
