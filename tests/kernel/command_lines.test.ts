/** What process it was: executable, command line and parent, of processes that are gone when anybody could look. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { once, Running, type SampleDocument } from "../support/tcptop.ts";

/** The whole is 5000. */
const PROCESSES = Number(Deno.env.get("TCPTOP_EXE_PROCESSES") ?? 61), AT_ONCE = 8;
const HOSTILE = [
  "\x1b[31mred\x07 and more of it",
  "two\nlines of a name, with a comma",
  "\u202egnitset-eman-gnol",
  "$(touch x) `id` ;'\"",
];

/** 20 to 200 bytes, each another one. */
function nameOf(i: number): string {
  const hostile = i % 7 === 3 ? `${HOSTILE[i % HOSTILE.length]}-` : "", number = `${hostile}${i}-`;
  return number + "n".repeat(Math.max(0, 20 + i * 37 % 181 - new TextEncoder().encode(number).length));
}

Deno.test(`exe is right for each of ${PROCESSES} processes of one connection, names of 20 to 200 bytes`, async () => {
  const folder = await Deno.makeTempDir({ prefix: "tcptop" });
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  try {
    await Deno.copyFile("/bin/bash", `${folder}/bash`);
    await using running = await Running.start("--interval", "500ms", "--command", "-f", `dport:${port}`);
    const accepting = (async () => {
      for await (const connection of listener) connection.close();
    })();
    const told = new Map<number, string | null>(),
      lines = new Map<number, string | null>(),
      pids = new Map<number, string>();
    const take = ({ flows }: SampleDocument) => {
      for (const flow of flows) {
        if (flow.pid === null || !pids.has(flow.pid)) continue;
        told.set(flow.pid, flow.exe);
        lines.set(flow.pid, flow.command!);
        strictEqual(flow.parent, Deno.pid);
      }
    };
    const samples: SampleDocument[] = [];
    let over = false;
    const reading = (async () => {
      while (!over) samples.push(await running.next());
      samples.push(...await running.upToFresh());
    })();
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port}`;
    let next = 0;
    const work = async () => {
      for (let i = next++; i < PROCESSES; i = next++) {
        const name = nameOf(i), file = `${folder}/${name}`;
        await Deno.link(`${folder}/bash`, file);
        const child = new Deno.Command(file, { args: ["-c", script], stdin: "null", stdout: "null" }).spawn();
        pids.set(child.pid, name);
        await child.status;
        await Deno.remove(file);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    over = true;
    await reading;
    samples.forEach(take);
    const wrong = [...told].filter(([pid, exe]) => pids.get(pid) !== exe).map(([pid, exe]) => [pids.get(pid), exe]);
    deepStrictEqual(wrong, []);
    // Where something else on the machine opens and closes tens of thousands a second, of a few no row is seen, and so no name.
    const unseen = [...pids.keys()].filter((pid) => !told.has(pid)).length;
    if (unseen > 0) console.log(`${unseen} of ${pids.size} connections were in no sample`);
    ok(unseen <= Math.max(1, pids.size / 100), `${unseen} were in no sample`);
    // What had gone before it could be read has none; nothing has another's.
    for (const [pid, line] of lines) ok(line === null || line === `${folder}/${pids.get(pid)} -c ${script}`, `${line}`);
    listener.close();
    await accepting.catch(() => {});
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("command lines are told where they are asked for, and nowhere else", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr, script = `exec 3<>/dev/tcp/127.0.0.1/${port}; read -r`;
  const child = new Deno.Command("bash", { args: ["-c", script, "secret word"], stdin: "piped", stdout: "null" })
    .spawn();
  const connection = await listener.accept();
  try {
    const line = (await Deno.readTextFile(`/proc/${child.pid}/cmdline`)).slice(0, -1).replaceAll("\0", " "),
      filter = ["-f", `pid:${child.pid}`];
    const told = async (...args: string[]) =>
      (await once(...filter, ...args)).flows.map(({ pid, command, parent }) => [pid, command, parent]);
    deepStrictEqual(await told("--command"), [[child.pid, line, Deno.pid]]);
    deepStrictEqual(await told(), [[child.pid, undefined, undefined]]);
    deepStrictEqual(await told("-f", 'command:"secret word"'), [[child.pid, line, Deno.pid]]);
    deepStrictEqual(await told("-f", 'command:"another word"'), []);
  } finally {
    connection.close();
    await child.stdin.close();
    await child.status;
  }
});
