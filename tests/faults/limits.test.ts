/** Too little of something: room in a map, memory, descriptors. Never silent, and what there is room for is right. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Faults } from "../support/faults.ts";
import { flowsOf, wrongIn } from "../support/held.ts";
import { execute, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

const ENTRIES = 500, COUNT = 1000, ENOMEM = 12;

function noteOf({ source }: SampleDocument, code: string): string {
  return source.notes.find((note) => note.code === code)?.message ?? `no note ${code}`;
}

Deno.test("tcptop whose tables are too small says how often, and has the bytes of what it follows", async () => {
  await using faults = await Faults.make({ mapEntries: ENTRIES });
  // Sockets' own storage has no bound to reach.
  const table = ["env", "TCPTOP_SOCKETS=table", ...tcptop(["--json", "-i", "200ms", "--source", "bpf"])];
  await using running = await Running.of(faults.line(table));
  await using tcp = await Workload.start("hold", "--count", COUNT, "--tx", 1009, "--rx", 1009);
  await using udp = await Workload.start("udp", "--flows", COUNT, "--datagrams", 1);
  const held = await tcp.until("ready"), flows = await udp.until("ready");
  const sample = await running.fresh(), { health } = sample;
  ok(health.sockets_untracked >= 2 * COUNT - ENTRIES, `${health.sockets_untracked}`);
  ok(health.datagrams_untracked >= 2 * COUNT - ENTRIES, `${health.datagrams_untracked}`);
  match(noteOf(sample, "sockets_untracked"), /^[\d,]+ times a socket could not be followed/);
  match(noteOf(sample, "datagrams_untracked"), /^[\d,]+ UDP datagrams are in no flow/);
  ok(sample.flows.length <= 2 * ENTRIES, `${sample.flows.length}`);
  // Those without a row are counted as long as they are open, each once: all of ours but those that have one.
  const apart = ({ totals, flows }: SampleDocument) =>
    totals.tcp - flows.filter(({ protocol, state }) => protocol === "tcp" && state !== "LISTEN").length;
  const rows = flowsOf(sample, held).filter(({ remote }) => remote !== null).length;
  ok(apart(sample) >= 2 * COUNT - rows, `${apart(sample)}`);
  strictEqual(
    noteOf(sample, "sockets_apart").startsWith(`${apart(sample).toLocaleString("en")} TCP connections`),
    true,
  );
  const connections = flowsOf(sample, held).filter(({ remote }) => remote !== null);
  deepStrictEqual(connections.filter(({ rx_bytes, tx_bytes }) => rx_bytes !== 1009 || tx_bytes !== 1009), []);
  ok(flowsOf(sample, flows).every(({ rx_packets, tx_packets }) => rx_packets! + tx_packets! === 1));
  await tcp.goOn();
  // Others' connections may be among those without a row.
  await running.until("ours to be gone", (later) => apart(later) + COUNT <= apart(sample));
  strictEqual(await running.stop(), 0);
});

Deno.test("tcptop that gets no memory for its ring says to take a smaller one, and ends with status 1", async () => {
  await using faults = await Faults.make({ mapErrno: ENOMEM });
  const { code, stdout, stderr } = await execute(faults.line(tcptop(["--once", "--json"])));
  const sentence = "tcptop: Cannot load the TCP programs: out of memory. Try a smaller --ring-size\n";
  deepStrictEqual([code, stdout, stderr], [1, "", sentence]);
});

/** Deno itself panics with fewer than some 30: nothing of ours has begun by then. */
const DESCRIPTORS = [36, 39, 41, 44, 52, 60, 68, 80, 96];

Deno.test("tcptop that runs out of descriptors says so, or what it goes on without", async () => {
  const codes = new Set<number>();
  let withoutReasons = false;
  for (const most of DESCRIPTORS) {
    const line = tcptop(["--once", "--json", "-i", "100ms", "--udp"]);
    const { code, stdout, stderr } = await execute(["prlimit", `--nofile=${most}`, ...line]);
    if (stderr.includes("Deno has panicked")) continue;
    codes.add(code);
    if (code === 0) {
      strictEqual(stderr, "");
      const sample = JSON.parse(stdout) as SampleDocument;
      if (sample.source.udp !== "bpf") match(noteOf(sample, "udp_unavailable"), /out of file descriptors/);
      const drops = sample.source.notes.find(({ code }) => code === "drop_reasons_unknown");
      if (drops !== undefined) {
        match(drops.message, /\(out of file descriptors\)$/);
        strictEqual(drops.remedy, "Raise the limit: ulimit -n 1024");
        withoutReasons = true;
      }
    } else {
      match(stderr, /^tcptop: Cannot [^\n]*: out of file descriptors\. Raise the limit: ulimit -n 1024\n$/);
      deepStrictEqual([code, stdout], [1, ""]);
    }
  }
  ok(codes.has(1), "no limit was low enough");
  ok(withoutReasons, "none was between");
});

Deno.test("tcptop that runs out of descriptors on the way counts its snapshots as incomplete, keeps its flows, and is right again", async () => {
  await using workload = await Workload.start("hold", "--count", 101, "--tx", 1009, "--rx", 503);
  const held = await workload.until("ready");
  await using running = await Running.start("-i", "200ms", "--tcp", "--keep-privileges");
  // The soft limit of a process that stays ours: more would take CAP_SYS_RESOURCE.
  const limit = (most: number) => execute(["prlimit", `--pid=${running.pid}`, `--nofile=${most}:`]);
  const { health: before } = await running.fresh();
  strictEqual((await limit(3)).code, 0);
  const cut = await running.until("snapshots without descriptors", (sample) => {
    deepStrictEqual(wrongIn(sample, held), []);
    return sample.health.snapshot_errors >= before.snapshot_errors + 10;
  });
  match(noteOf(cut, "snapshot_errors"), /snapshots were incomplete/);
  strictEqual((await limit(1024)).code, 0);
  const whole = await running.fresh(), after = await running.next();
  strictEqual(after.health.snapshot_errors, whole.health.snapshot_errors);
  deepStrictEqual(wrongIn(after, held), []);
  strictEqual(await running.stop(), 0);
});
