/** What is told of a connection's path is what `ss -ti` has of the same socket, over a path that delays and loses. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { Netns } from "../support/netns.ts";
import { cable, Pump } from "../support/pump.ts";
import { execute, Running } from "../support/tcptop.ts";
import { SOURCES } from "../support/kept.ts";

const DELAY_MS = 25, ROUND_TRIP_US = 2 * DELAY_MS * 1000;
/** A jiffy of 10 ms and ss's whole milliseconds, at both readings, and the time between them on a busy machine. */
const IDLE_ROUNDING_MS = 1000;

/** The words of `ss -ti` of the sending end. */
async function ss(netns: Netns, port: number): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await execute(["ip", "netns", "exec", netns.name, "ss", "-tiHn", `dport = ${port}`]);
  const info = stdout.slice(stdout.indexOf("\n")).trim();
  const pairs = info.replaceAll(/(_rate) /g, "$1:").split(/\s+/).map((word) => word.split(":") as [string, string]);
  return new Map([["name", info.split(" ")[0]], ...pairs]);
}

/** What stands still while nobody reads at the other end, but for window probes. */
const still = (info: ReadonlyMap<string, string>) =>
  ["name", "mss", "ssthresh", "pacing_rate", "delivery_rate", "reord_seen", "dsack_dups", "segs_out", "segs_in"]
    .map((word) => info.get(word) ?? "-").join(" ");

const bits = (word: string | undefined) => word === undefined ? null : Number(word.replace("bps", "")) / 8;
const count = (word: string | undefined) => Number(word ?? 0);

/** ss writes whole bits a second, and a byte has eight. */
function sameRate(told: number | null, word: string | undefined): void {
  const seen = bits(word);
  strictEqual(told === null ? null : Math.floor(told), seen === null ? null : Math.floor(seen));
}

for (const [source, sockets] of SOURCES) {
  Deno.test(`the path of a connection is as ss has it, by ${source} ${sockets}`.trim(), async () => {
    await using a = await Netns.make();
    await using middle = await Netns.make();
    await using b = await Netns.make();
    await using _wire = await cable(a, middle, b, DELAY_MS, 97);
    if (sockets !== "") Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start("--interval", "200ms", "--source", source);
    Deno.env.delete("TCPTOP_SOCKETS");
    await using pump = await Pump.start(a, b, "10.9.1.2", { chunk: 65536 });
    const sending = ({ flows }: { readonly flows: readonly FlowFacts[] }) =>
      flows.find(({ remote }) => remote?.port === pump.port);
    await running.until("segments sent again", (sample) => (sending(sample)?.retransmits ?? 0) >= 5, 20);
    await pump.toggle();
    await running.until("a closed window", (sample) => sending(sample)?.limited_by === "peer_window", 20);
    let flow: FlowFacts | undefined, info = await ss(a, pump.port);
    for (let tries = 0; tries < 20 && flow === undefined; tries++) {
      const before = still(info), told = sending(await running.fresh());
      info = await ss(a, pump.port);
      if (still(info) === before) flow = told;
    }
    ok(flow !== undefined, "the connection never stood still");
    deepStrictEqual([flow.congestion_control, flow.mss, flow.ssthresh], [
      info.get("name"),
      count(info.get("mss")),
      info.has("ssthresh") ? count(info.get("ssthresh")) : null,
    ]);
    sameRate(flow.delivery_bytes_per_s, info.get("delivery_rate"));
    sameRate(flow.pacing_bytes_per_s, info.get("pacing_rate"));
    deepStrictEqual([flow.reord_seen, flow.dsack_dups, flow.ecn_marks], [
      count(info.get("reord_seen")),
      count(info.get("dsack_dups")),
      count(info.get("delivered_ce")),
    ]);
    const idle = Math.min(count(info.get("lastsnd")), count(info.get("lastrcv")));
    ok(Math.abs(flow.idle_ms! - idle) <= IDLE_ROUNDING_MS, `${flow.idle_ms} ms, ss: ${idle} ms`);
    if (source === "netlink") deepStrictEqual([flow.connect_us, flow.lost], [null, null]);
    else {
      const { connect_us, lost } = flow;
      ok(connect_us! >= ROUND_TRIP_US && connect_us! <= pump.connectUs, `${connect_us} of ${pump.connectUs} µs`);
      ok(lost! > 0, `${lost} lost`);
      const server = (await running.fresh()).flows.find(({ local }) => local.port === pump.port)!;
      ok(server.connect_us! >= ROUND_TRIP_US && server.connect_us! < 2 * ROUND_TRIP_US, `${server.connect_us} µs`);
    }
  });
}
