/** K on the live screen: what it says, what it ends, and who has the right to. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { quoted } from "../support/in_shell.ts";
import { FixedPair } from "../support/fixed_pair.ts";
import { Netns } from "../support/netns.ts";
import { execute, tcptop } from "../support/tcptop.ts";
import { Tmux } from "../support/tmux.ts";

const NET_ADMIN = 1n << 12n;
/** Where the kernel can translate addresses, one thread may look at its table of connections anyway. */
const TRANSLATES = await Deno.stat("/proc/sys/net/netfilter/nf_conntrack_count").then(() => true, () => false);
/** What reading by netlink takes, on a thread of its own: DAC_READ_SEARCH, NET_ADMIN, SYS_PTRACE, SYS_ADMIN. */
const FROM_NETLINK = 1n << 2n | NET_ADMIN | 1n << 19n | 1n << 21n;
const SUDO = "SUDO_UID=12345 SUDO_GID=23456";

/** Permitted, effective, inheritable and ambient of each thread that has any, after a look at ids, no_new_privs and seccomp of all. */
async function holders(pid: number): Promise<bigint[][]> {
  const found: bigint[][] = [];
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const status = await Deno.readTextFile(`/proc/${pid}/task/${name}/status`);
    const field = (key: string) =>
      new RegExp(`^${key}:[\\t ]*(.*?)[\\t ]*$`, "m").exec(status)![1].replaceAll("\t", " ");
    deepStrictEqual(["Uid", "Groups", "NoNewPrivs", "Seccomp"].map(field), ["12345 12345 12345 12345", "", "1", "2"]);
    const sets = ["CapPrm", "CapEff", "CapInh", "CapAmb"].map((key) => BigInt(`0x${field(key)}`));
    if (sets.some((set) => set !== 0n)) found.push(sets);
  }
  return found;
}

async function pidOf(tmux: Tmux): Promise<number> {
  return Number(await tmux.run("display-message", "-p", "#{pane_pid}"));
}

async function screen(filter: string, ...args: string[]): Promise<Tmux> {
  const program = quoted(tcptop(["--no-config", "--ends", "--filter", filter, ...args]));
  return await Tmux.start(120, 24, `exec env ${SUDO} ${program}`);
}

const ownOf = (port: number) => `pid:${Deno.pid} sport:${port}`;

Deno.test("K ends the connection that it has named, once it is told to, by the one thread that may", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const [client, server] = await Promise.all([Deno.connect({ hostname: "127.0.0.1", port }), listener.accept()]);
  try {
    const from = (client.localAddr as Deno.NetAddr).port,
      what = `[${Deno.pid}] tcp 127.0.0.1:${from} -> 127.0.0.1:${port}`;
    await using tmux = await screen(ownOf(from), "--source", "bpf", "--allow-kill");
    const [head] = await tmux.until("the connection", (lines) => lines.some((line) => line.includes(`:${port}`)));
    match(head, /K ends/);
    deepStrictEqual(await holders(await pidOf(tmux)), [[NET_ADMIN, NET_ADMIN, 0n, 0n]]);
    await tmux.type("K");
    const asked = await tmux.until("the question", (lines) => lines.some((line) => line.startsWith("End ")));
    match(asked.at(-1)!, /^End /);
    strictEqual(asked.at(-1)!.includes(`${what}? y ends it`), true, asked.at(-1)!);
    await tmux.type("n");
    await tmux.until("that it is not", (lines) => lines.some((line) => line.includes("not ended")));
    await client.write(new Uint8Array(3));
    strictEqual(await server.read(new Uint8Array(9)), 3);
    await tmux.type("K");
    await tmux.until("the question", (lines) => lines.some((line) => line.startsWith("End ")));
    await tmux.type("y");
    await tmux.until("that it is", (lines) => lines.some((line) => line.includes(`${what} ended`)));
    strictEqual(await client.read(new Uint8Array(9)).catch(({ code }) => code), "ECONNABORTED");
    await tmux.type("q");
  } finally {
    client.close();
    server.close();
  }
});

Deno.test("without --allow-kill no thread may, and K says how", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using tmux = await screen(ownOf((listener.addr as Deno.NetAddr).port), "--source", "bpf");
  const [head] = await tmux.until("the screen", (lines) => lines[0].includes("every"));
  strictEqual(head.includes("K ends"), false);
  await tmux.until("a sample", (lines) => lines[1].includes("tcp"));
  deepStrictEqual(await holders(await pidOf(tmux)), TRANSLATES ? [[NET_ADMIN, NET_ADMIN, 0n, 0n]] : []);
  await tmux.type("K");
  await tmux.until("how", (lines) => lines.some((line) => line.includes("start with --allow-kill")));
  await tmux.type("q");
});

for (const source of ["bpf", "netlink"]) {
  Deno.test(`K and a network namespace that was made after the start, by ${source}: what it ends, or what does`, async () => {
    const ports = { client: 28523, server: 28525 };
    await using tmux = await screen(`sport:${ports.client}`, "--source", source, "--allow-kill");
    await tmux.until("a sample", (lines) => lines[1].includes("tcp"));
    const only = (set: bigint) => [set, set, 0n, 0n], kept = await holders(await pidOf(tmux));
    deepStrictEqual(kept, source === "bpf" ? [only(NET_ADMIN)] : [only(FROM_NETLINK), only(NET_ADMIN)]);
    await using netns = await Netns.make();
    await using pair = await FixedPair.open(ports, netns);
    await tmux.until("the connection", (lines) => lines.some((line) => line.includes(`:${ports.server}`)));
    await tmux.type("K");
    await tmux.until("the question", (lines) => lines.some((line) => line.startsWith("End ")));
    await tmux.type("y");
    if (source === "bpf") {
      // setns() takes CAP_SYS_ADMIN, which no thread has any more.
      const told = await tmux.until("the command", (lines) => /sudo tcptop kill '.*' ends it/.test(lines.at(-1)!));
      const [, filter] = /sudo tcptop kill '(.*)' ends it: its network namespace is newer than/.exec(told.at(-1)!)!;
      match(filter, new RegExp(`^pid:\\d+ sport:${ports.client} dport:${ports.server}$`));
      strictEqual(await pair.isOpen(), true);
      strictEqual((await execute(tcptop(["kill", "--yes", filter]))).code, 0);
    } else await tmux.until("that it is", (lines) => lines.some((line) => line.includes(`:${ports.server} ended`)));
    strictEqual(await pair.isOpen(), false);
    await tmux.type("q");
  });
}
