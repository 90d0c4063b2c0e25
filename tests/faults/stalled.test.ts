/** A terminal that takes nothing for seconds (^S, a frozen ssh): nothing is lost, nothing piles up, and then it shows what is true. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { seconds } from "../support/long.ts";
import { until } from "../support/program.ts";
import { StallingPty } from "../support/stalling_pty.ts";
import { execute, tcptop } from "../support/tcptop.ts";
import { type Phase, Workload } from "../support/workload.ts";

const BYTES = 101, RATE = 2000;
/** By how much two heaps under the same load may differ. Samples that piled up would be 200 MiB a minute. */
const GAIN_MIB = 64;

async function residentMib(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

/** The program on a terminal, with its first screen drawn. */
async function begun(path: string): Promise<StallingPty> {
  const pty = await StallingPty.start(
    150,
    30,
    tcptop(["--no-resolve", "--ends", "--record", path, "-i", "500ms", "--tcp"]),
  );
  await pty.until("the screen", ([first]) => first.includes("tcptop"));
  return pty;
}

/** Connections that come and go for so long. */
async function churned(time: number): Promise<Phase> {
  await using churn = await Workload.start("churn", "--rate", RATE, "--seconds", time, "--tx", BYTES);
  return await churn.until("done");
}

/** From a recording: the connections of these processes that ended with all their bytes, and what was lost. */
async function recorded(path: string, phases: readonly Phase[]): Promise<{ ended: number; lost: number }> {
  const pids = phases.flatMap(({ client, server }) => [client.pid, server.pid]);
  const ours =
    `.closed and .remote != null and .rx_bytes == ${BYTES} and .tx_bytes == ${BYTES} and (.pid | IN(${pids}))`;
  const program = `[([.flows[] | select(${ours})] | length), .health.events_lost] | @tsv`;
  const shell = ["sh", "-c", 'program=$1; shift; "$@" | jq -r "$program"', "sh", program];
  const { stdout } = await execute([
    ...shell,
    ...tcptop(["--replay", path, "--json", "-f", pids.map((pid) => `pid:${pid}`).join(" or ")]),
  ]);
  const samples = stdout.trimEnd().split("\n").map((line) => line.split("\t").map(Number));
  return { ended: samples.reduce((sum, [ended]) => sum + ended, 0), lost: samples.at(-1)![1] };
}

/** Three connections, both ends of each, as they are, and nothing else where the filter lets nothing else through. */
async function showsTheTruth(pty: StallingPty): Promise<void> {
  await using held = await Workload.start("hold", "--count", 3, "--tx", 7001, "--rx", 9001);
  const { port } = await held.until("ready");
  await pty.type("/");
  await pty.type(`port:${port}`);
  const rows = () => pty.lines().filter((line) => /^ wl-(client|server) /.test(line));
  await pty.until("the held connections", () => rows().length === 6);
  deepStrictEqual(rows().filter((line) => !line.includes("6.84 KiB") || !line.includes("8.79 KiB")), []);
  await pty.type("\x1b");
  await pty.until("the end of the filter", (lines) => !lines.some((line) => line.includes(`port:${port}`)));
}

Deno.test("a terminal that takes nothing for seconds costs no record and no memory, and shows what is true after", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tcptop" }), path = `${folder}/records`;
  try {
    await using pty = await begun(path);
    await using other = await begun(`${path}-read`);
    const pids = [await pty.pid(), await other.pid()], phases = [await churned(2)];
    await pty.stop();
    const taken = pty.taken, before = await Promise.all(pids.map(residentMib));
    for (let i = 0; i < seconds(1, 12); i++) phases.push(await churned(5));
    const after = await Promise.all(pids.map(residentMib)), shown = pty.taken - taken;
    const [gained, ordinary] = after.map((mib, i) => mib - before[i]);
    // What the kernel's buffer and a frame under way hold.
    ok(shown < 16384, `${shown} bytes`);
    ok(gained < Math.max(0, ordinary) + GAIN_MIB, `${gained} MiB more, where one that is read has ${ordinary}`);
    await pty.goOn();
    await showsTheTruth(pty);
    await pty.type("q");
    strictEqual(await pty.ended(), 0);
    const completed = phases.reduce((sum, phase) => sum + phase.completed, 0);
    deepStrictEqual(await recorded(path, phases), { ended: 2 * completed, lost: 0 });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a terminal that vanishes ends tcptop without a word", async () => {
  const said = await Deno.makeTempFile();
  try {
    const shell = ["bash", "-c", 'file=$1; shift; exec "$@" 2>"$file"', "bash", said];
    await using pty = await StallingPty.start(80, 24, [...shell, ...tcptop(["--no-resolve"])]);
    await pty.until("the screen", ([first]) => first.includes("tcptop"));
    const pid = await pty.pid();
    pty.vanish();
    await until("tcptop's end", async () => await Deno.stat(`/proc/${pid}`).then(() => false, () => true));
    strictEqual(await Deno.readTextFile(said), "");
  } finally {
    await Deno.remove(said);
  }
});
