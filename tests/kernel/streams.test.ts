/** What goes to scripts and files, summed by programs that are not ours, against the workload's own account. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import papaparse from "papaparse";
import type { EventFacts } from "../../src/output/event_facts.ts";
import type { GroupEvent } from "../../src/output/group_events.ts";
import { Program, until } from "../support/program.ts";
import { wrongInGroupEvent } from "../support/schema.ts";
import { execute, tcptop } from "../support/tcptop.ts";
import { type Phase, Workload } from "../support/workload.ts";

const SECONDS = 6;
const BYTES = 1009;

/** Per process: connections that ended, bytes received and sent, as sums of all samples. */
type Sums = Readonly<Record<string, readonly number[]>>;

const JQ = `reduce (inputs | .flows[] | select(.pid == $client or .pid == $server)) as $f ({};
  .[$f.process] |= [.[0] + ($f.closed | if . then 1 else 0 end), .[1] + $f.rx_bytes_delta, .[2] + $f.tx_bytes_delta])`;

async function byJq(ndjson: string, { client, server }: Phase): Promise<Sums> {
  const pids = ["--argjson", "client", String(client.pid), "--argjson", "server", String(server.pid)];
  return JSON.parse((await execute(["jq", "-n", "-c", ...pids, JQ, ndjson])).stdout);
}

async function bySqlite(csv: string, { client, server }: Phase): Promise<Sums> {
  const query = `select process, sum(closed = 'true'), sum(rx_bytes_delta), sum(tx_bytes_delta) from flows
    where pid in (${client.pid}, ${server.pid}) group by process`;
  const { stdout } = await execute(["sqlite3", ":memory:", ".mode csv", `.import ${csv} flows`, query]);
  return Object.fromEntries(
    stdout.trim().split(/\r?\n/).map((line) => {
      const [process, ...sums] = line.split(",");
      return [process, sums.map(Number)];
    }),
  );
}

async function byPapaparse(csv: string, { client, server }: Phase): Promise<Sums> {
  const sums: Record<string, number[]> = {}, pids = [client.pid, server.pid].map(String);
  const options = { header: true, skipEmptyLines: true } as const;
  const parsed = papaparse.parse(await Deno.readTextFile(csv), options);
  deepStrictEqual(parsed.errors, []);
  for (const row of (parsed.data as Record<string, string>[]).filter(({ pid }) => pids.includes(pid))) {
    const sum = sums[row.process] ??= [0, 0, 0];
    sum[0] += row.closed === "true" ? 1 : 0;
    sum[1] += Number(row.rx_bytes_delta);
    sum[2] += Number(row.tx_bytes_delta);
  }
  return sums;
}

function truthOf({ client, server, completed }: Phase): Sums {
  return { [client.comm]: [completed, client.read, client.sent], [server.comm]: [completed, server.read, server.sent] };
}

/** When the last whole sample in the file began. The CSV file cannot tell: a sample without flows has no row. */
async function lastBegin(ndjson: string): Promise<number> {
  const line = (await Deno.readTextFile(ndjson)).split("\n").at(-2);
  if (line === undefined) return 0;
  const { time, interval_ms } = JSON.parse(line);
  return Date.parse(time) - interval_ms;
}

Deno.test("NDJSON, CSV and a recording of a churn add up to what the workload says", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tcptop" }), csv = `${folder}/flows.csv`;
  const args = ["--json", "--csv", csv, "--record", `${folder}/records`];
  await using program = new Program(args, `exec "$@" > ${folder}/samples.json`);
  await until("the first sample", () => Deno.stat(csv).then(({ size }) => size > 0, () => false));
  await using workload = await Workload.start("churn", "--seconds", SECONDS, "--rate", 400, "--bytes", BYTES);
  const done = await workload.until("done"), truth = truthOf(done), nowMs = Date.now();
  ok(done.completed > SECONDS * 100);
  await until("a sample that began after the churn", async () => await lastBegin(`${folder}/samples.json`) > nowMs);
  await program.signal("SIGINT");
  deepStrictEqual(await program.ended(), { code: 0, stdout: "", stderr: "" });
  deepStrictEqual(await byJq(`${folder}/samples.json`, done), truth);
  deepStrictEqual(await bySqlite(csv, done), truth);
  deepStrictEqual(await byPapaparse(csv, done), truth);

  const replay = [...tcptop(["--replay", `${folder}/records`, "--json"])];
  await execute(["sh", "-c", `"$@" > ${folder}/replayed.json`, "sh", ...replay]);
  deepStrictEqual(await byJq(`${folder}/replayed.json`, done), truth);
  await Deno.remove(folder, { recursive: true });
});

const CONNECTIONS = 20_000;

Deno.test("--events tells of 20,000 short connections, both ends of each, in the order of time", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tcptop" }), path = `${folder}/events`;
  await using program = new Program(["--events", "--json"], `exec "$@" > ${path}`);
  await using first = await Workload.start("churn", "--seconds", 30, "--rate", 20);
  // Events come: from here on everything is seen.
  await until("the first event", () => Deno.stat(path).then(({ size }) => size > 0, () => false));
  await first[Symbol.asyncDispose]();
  await using workload = await Workload.start("short", "--count", CONNECTIONS, "--bytes", 101);
  const done = await workload.until("done"), nowMs = Date.now();
  // A later connection's line says that all earlier ones are out.
  await using last = await Workload.start("short", "--count", 1, "--bytes", 13);
  const { server } = await last.until("done");
  await until("the last event", async () => (await Deno.readTextFile(path)).includes(`"pid":${server.pid},`));
  await program.signal("SIGTERM");
  deepStrictEqual(await program.ended(), { code: 0, stdout: "", stderr: "" });

  const events = (await Deno.readTextFile(path)).trimEnd().split("\n").map((line) => JSON.parse(line) as EventFacts);
  const times = events.map(({ time }) => time);
  deepStrictEqual(times, times.toSorted());
  ok(Date.parse(times.at(-1)!) >= nowMs - 1);
  for (const side of [done.client, done.server]) {
    const ours = events.filter(({ pid, process }) => pid === side.pid && process === side.comm);
    const closed = ours.filter(({ event }) => event === "closed");
    const sum = (field: "rx_bytes" | "tx_bytes") => closed.reduce((sum, event) => sum + event[field]!, 0);
    strictEqual(closed.length, CONNECTIONS);
    strictEqual(new Set(closed.map(({ id }) => id)).size, CONNECTIONS);
    deepStrictEqual([sum("rx_bytes"), sum("tx_bytes")], [side.read, side.sent]);
    strictEqual(closed.every(({ final, duration_us }) => final === true && duration_us! > 0), true);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("--events --group has all connections of a churn, in groups that open and close in turn", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tcptop" }), path = `${folder}/events`;
  await using program = new Program(["--events", "--json", "--group", "port"], `exec "$@" > ${path}`);
  const portOf = async (workload: Workload) => `${(await workload.until("start")).port}/tcp`;
  const events = async () =>
    (await Deno.readTextFile(path)).split("\n").slice(0, -1).map((line) => JSON.parse(line) as GroupEvent);
  await using first = await Workload.start("churn", "--seconds", 30, "--rate", 20);
  await until("the first event", () => Deno.stat(path).then(({ size }) => size > 0, () => false));
  await first[Symbol.asyncDispose]();
  await using workload = await Workload.start("churn", "--seconds", SECONDS, "--rate", 400, "--bytes", BYTES);
  const port = await portOf(workload), { client, server, completed } = await workload.until("done");
  await using last = await Workload.start("short", "--count", 1, "--bytes", 13);
  const lastPort = await portOf(last);
  await until(
    "the last event",
    async () => (await events()).some(({ key, event }) => key === lastPort && event === "closed"),
  );
  await program.signal("SIGTERM");
  deepStrictEqual(await program.ended(), { code: 0, stdout: "", stderr: "" });

  const ours = (await events()).filter(({ key }) => key === port),
    closed = ours.filter(({ event }) => event === "closed");
  deepStrictEqual(ours.flatMap(wrongInGroupEvent), []);
  deepStrictEqual(ours.map(({ event }) => event), ours.map((_, i) => i % 2 === 0 ? "opened" : "closed"));
  const sum = (field: "connections" | "rx_bytes" | "tx_bytes") => closed.reduce((sum, one) => sum + one[field]!, 0);
  const both = { read: client.read + server.read, sent: client.sent + server.sent };
  deepStrictEqual([sum("connections"), sum("rx_bytes"), sum("tx_bytes")], [2 * completed, both.read, both.sent]);
  strictEqual(closed.every(({ final, duration_us }) => final === true && duration_us! > 0), true);
  await Deno.remove(folder, { recursive: true });
});
