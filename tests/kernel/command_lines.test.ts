/** What process it was: executable, command line and parent, of processes that are gone when anybody could look. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { lines, within } from "../support/lines.ts";
import { execute, once, Running, type SampleDocument, tcptop } from "../support/tcptop.ts";

/** The whole is 5000. */
const PROCESSES = Number(Deno.env.get("TCPTOP_EXE_PROCESSES") ?? 61), AT_ONCE = 8;
const OWN_NAME = (await Deno.readTextFile("/proc/self/comm")).trimEnd();
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
        deepStrictEqual([flow.parent, flow.parent_name], [Deno.pid, OWN_NAME]);
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
    deepStrictEqual([...pids.keys()].filter((pid) => !told.has(pid)), []);
    // What had gone before it could be read has none; nothing has another's.
    for (const [pid, line] of lines) ok(line === null || line === `${folder}/${pids.get(pid)} -c ${script}`, `${line}`);
    listener.close();
    await accepting.catch(() => {});
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (const source of ["bpf", "netlink"]) {
  Deno.test(`a parent has its pid and its name, whatever it is called, also once it has gone, by ${source}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "tcptop" }), name = "\x1b[31mold 7";
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const ours = ["--source", source, "--interval", "200ms", "--command", "-f", `dport:${port}`];
    try {
      await Deno.copyFile("/bin/bash", `${folder}/${name}`);
      await using running = await Running.start(...ours);
      const inner = `exec 3<>/dev/tcp/127.0.0.1/${port}; echo $$; head -c 1 <&3 >/dev/null`;
      const parent = new Deno.Command(`${folder}/${name}`, {
        args: ["-c", `bash -c '${inner}' & read -r`],
        ...{ stdin: "piped", stdout: "piped", stderr: "null" },
      }).spawn();
      using connection = await listener.accept();
      const said = lines(parent.stdout), pid = Number((await within(10, "the pid", said.next())).value);
      const told = [pid, parent.pid, name];
      const isTold = ({ flows }: SampleDocument) =>
        flows.some((flow) => `${[flow.pid, flow.parent, flow.parent_name]}` === `${told}`);
      await running.until("the parent", isTold);
      await parent.stdin.close();
      await parent.status;
      for (let i = 0; i < 3; i++) strictEqual(isTold(await running.next()), true);
      if (source === "bpf") {
        const text = await execute(tcptop(["--once", "--columns", "pid,parent", "-f", `pid:${pid}`]));
        // Whoever asks later is told whose child it is by then.
        match(text.stdout, new RegExp(`^\\s*${pid}\\s+\\d+ \\S`, "m"));
      }
      await connection.write(new Uint8Array(1));
      await said.return();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

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
      (await once(...filter, ...args)).flows.map((flow) => [flow.pid, flow.command, flow.parent, flow.parent_name]);
    deepStrictEqual(await told("--command"), [[child.pid, line, Deno.pid, OWN_NAME]]);
    deepStrictEqual(await told(), [[child.pid, undefined, undefined, undefined]]);
    deepStrictEqual(await told("-f", 'command:"secret word"'), [[child.pid, line, Deno.pid, OWN_NAME]]);
    deepStrictEqual(await told("-f", 'command:"another word"'), []);
  } finally {
    connection.close();
    await child.stdin.close();
    await child.status;
  }
});
