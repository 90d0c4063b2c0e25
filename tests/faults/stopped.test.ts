/** The whole of tcptop is stopped for seconds while connections come and go: what did not fit the ring is counted, and then all is right. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { flowsOf, wrongIn } from "../support/held.ts";
import { seconds } from "../support/long.ts";
import { Running, type SampleDocument } from "../support/tcptop.ts";
import { type Phase, Workload } from "../support/workload.ts";

const BYTES = 503, MOVED = 1009;
/** Of one connection: a close at each end (samples do without openings); of the workload: the close of its listener. */
const RECORDS = 2, LISTENERS = 1;

interface Outcome {
  readonly held: Phase;
  readonly done: Phase;
  /** Records that came, and that were counted as lost, since the program was stopped. */
  readonly told: number;
  readonly lost: number;
  readonly samples: readonly SampleDocument[];
  /** Nobody else opened or closed a connection, as far as this network namespace knows. */
  readonly quiet: boolean;
  /** What moved on a connection of the test's own while the program was stopped, as both its ends saw it afterwards. */
  readonly moved: readonly number[];
}

interface Counts {
  readonly opens: number;
  readonly sockets: number;
}

/** Connections that this network namespace has opened and accepted, and its TCP sockets, as the kernel counts them. */
async function counts(): Promise<Counts> {
  const words = (file: string) =>
    Deno.readTextFile(`/proc/net/${file}`).then((text) => text.split("\n").map((line) => line.split(" ")));
  const [names, values] = (await words("snmp")).filter(([name]) => name === "Tcp:");
  const of = (name: string) => Number(values[names.indexOf(name)]);
  const sockets = (await words("sockstat")).find(([name]) => name === "TCP:")!;
  return { opens: of("ActiveOpens") + of("PassiveOpens"), sockets: Number(sockets[sockets.indexOf("inuse") + 1]) };
}

/** Runs `load` while tcptop is stopped. */
async function stopped(ring: string, load: readonly (string | number)[]): Promise<Outcome> {
  await using workload = await Workload.start("hold", "--count", 101, "--tx", 1009, "--rx", 503);
  const held = await workload.until("ready");
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  using client = await Deno.connect({ port });
  using server = await listener.accept();
  await using running = await Running.start("-i", "300ms", "--tcp", "--ring-size", ring);
  const begin = await running.fresh(), before = begin.health, first = await counts();
  Deno.kill(running.pid, "SIGSTOP");
  await client.write(new Uint8Array(MOVED));
  await server.read(new Uint8Array(MOVED));
  await using churn = await Workload.start(...load, "--tx", BYTES);
  const done = await churn.until("done");
  Deno.kill(running.pid, "SIGCONT");
  const samples = [...await running.upToFresh(), await running.next()], { health } = samples.at(-1)!;
  const moved = samples.flatMap(({ flows }) => flows)
    .filter(({ local, remote }) => local.port === port && remote !== null || remote?.port === port)
    .flatMap(({ rx_bytes_delta, tx_bytes_delta }) => [rx_bytes_delta, tx_bytes_delta])
    .filter((bytes): bytes is number => bytes! > 0);
  const told = health.events - before.events, lost = health.events_lost - before.events_lost;
  const last = await counts(),
    isAlone = last.opens - first.opens === 2 * done.completed && last.sockets === first.sockets;
  const quiet = isAlone && [begin, samples.at(-1)!].every(({ totals }) => totals.opened + totals.closed === 0);
  strictEqual(await running.stop(), 0);
  return { held, done, told, lost, samples, quiet, moved };
}

/** What must be true whatever was lost. */
function isRight({ held, done, lost, samples, moved }: Outcome): void {
  for (const sample of samples) deepStrictEqual(wrongIn(sample, held), []);
  deepStrictEqual(moved, [MOVED, MOVED]);
  const flows = samples.flatMap((sample) => flowsOf(sample, done));
  const uneven = flows.filter((flow) => flow.closed && (flow.rx_bytes !== BYTES || flow.tx_bytes !== BYTES));
  deepStrictEqual(uneven.filter(({ remote }) => remote !== null), []);
  deepStrictEqual(flowsOf(samples.at(-1)!, done), []);
  const note = samples.at(-1)!.source.notes.find(({ code }) => code === "events_lost");
  strictEqual(note !== undefined, samples.at(-1)!.health.events_lost > 0);
  if (lost > 0) match(`${note?.message} ${note?.remedy}`, /records were lost.* Try a larger --ring-size/);
}

/** What came and what was lost is all there was. Other traffic of the machine adds to both. */
function isAll({ told, lost, done, quiet }: Outcome): void {
  const truth = RECORDS * done.completed + LISTENERS, words = `${told} came and ${lost} were lost of ${truth}`;
  ok(quiet ? told + lost === truth : told + lost >= truth, words);
}

Deno.test("tcptop that was stopped with a ring of 64 KiB counts every record that did not fit, and is right again", async () => {
  const outcome = await stopped("64K", ["short", "--count", 4001]);
  isRight(outcome);
  isAll(outcome);
  ok(outcome.lost > 4001, `${outcome.lost}`);
});

Deno.test("tcptop that was stopped for seconds under load has lost nothing of what fits the ring, or counts it", async () => {
  const load = ["churn", "--rate", 500, "--seconds", seconds(3, 30)];
  const outcome = await stopped("8M", load), { told, lost, samples } = outcome;
  isRight(outcome);
  isAll(outcome);
  // 40,000 records fit.
  if (told < 40_000) strictEqual(lost, 0);
  ok(samples.some(({ interval_ms }) => interval_ms > seconds(3, 30) * 1000));
});

Deno.test("the sample after the long one of a stall is a whole interval long", async () => {
  await using running = await Running.start("-i", "700ms", "--tcp");
  await running.fresh();
  for (const stallMs of [1300, 2100, 2903]) {
    Deno.kill(running.pid, "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, stallMs));
    Deno.kill(running.pid, "SIGCONT");
    const long = await running.until("the long sample", ({ interval_ms }) => interval_ms >= stallMs);
    const next = await running.next();
    ok(next.interval_ms >= 690, `${next.interval_ms} ms after one of ${long.interval_ms} ms`);
  }
  strictEqual(await running.stop(), 0);
});
