/** Groups that count what has ended, against the workload's own account. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { GroupFacts } from "../../src/output/group_facts.ts";
import { Program, until } from "../support/program.ts";
import { losingNothing } from "../support/lost.ts";
import { execute, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

/** A name of its own: other workloads may run on this machine, with processes of the same names. */
const EXE = `wl-since-${Deno.pid}`;
const COUNT = 10_007, BYTES = 503;

interface Groups {
  readonly time: string;
  readonly interval_ms: number;
  readonly since: string | null;
  readonly health: { readonly events_lost: number };
  readonly groups: readonly GroupFacts[];
}

const last = (ndjson: string): Groups | undefined => {
  const line = ndjson.split("\n").at(-2);
  return line === undefined ? undefined : JSON.parse(line);
};

/** [connections, received, sent] of the workload's two processes. */
const told = ({ groups }: Groups) =>
  ["wl-client", "wl-server"].map((name) => {
    const { flows, ended, rx_bytes, tx_bytes } = groups.find(({ key }) => key === name)!;
    return [flows + ended!, rx_bytes, tx_bytes];
  });

const isByBytes = ({ groups }: Groups) => {
  const moved = groups.map(({ rx_bytes, tx_bytes }) => (rx_bytes ?? -1) + (tx_bytes ?? 0));
  return moved.every((bytes, i) => i === 0 || bytes <= moved[i - 1]);
};

Deno.test("--since-start has the process that made 10,007 short connections, with all its bytes, live and replayed", async () => {
  await losingNothing(async () => {
    const folder = await Deno.makeTempDir({ prefix: "tcptop" }), file = `${folder}/samples.json`;
    const group = ["--json", "--group", "process", "--since-start", "--filter", `exe=${EXE} or not process:wl-`];
    await using program = new Program(
      [...group, "--interval", "200ms", "--record", `${folder}/records`],
      `exec "$@" > ${file}`,
    );
    const sample = async () => last(await Deno.readTextFile(file));
    await until("the first sample", () => sample().then((found) => found !== undefined, () => false));
    const beganMs = Date.now();
    await using workload = await Workload.startNamed(EXE, "short", "--count", COUNT, "--tx", BYTES);
    const { completed } = await workload.until("done"), nowMs = Date.now();
    strictEqual(completed, COUNT);
    await until("a later sample", async () => {
      const { time, interval_ms } = (await sample())!;
      return Date.parse(time) - interval_ms > nowMs;
    });
    await program.signal("SIGINT");
    deepStrictEqual(await program.ended(), { code: 0, stdout: "", stderr: "" });
    const live = (await sample())!, each = [COUNT, COUNT * BYTES, COUNT * BYTES];
    if (live.health.events_lost > 0) return live.health.events_lost;
    // The listener is a flow of the server's only where it is asked for.
    deepStrictEqual(told(live), [each, each]);
    ok(isByBytes(live));
    ok(Date.parse(live.since!) < beganMs, live.since!);
    const replayed = await execute(tcptop(["--replay", `${folder}/records`, ...group]));
    deepStrictEqual(told(last(replayed.stdout)!), [each, each]);
    await Deno.remove(folder, { recursive: true });
    return 0;
  });
});
