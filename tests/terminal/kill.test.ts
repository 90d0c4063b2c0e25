/** K on the live screen: what it says, what it ends, and who has the right to. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { quoted } from "../support/in_shell.ts";
import { tcptop } from "../support/tcptop.ts";
import { Tmux } from "../support/tmux.ts";

const NET_ADMIN = 1n << 12n;
/** Where the kernel can translate addresses, one thread may look at its table of connections anyway. */
const TRANSLATES = await Deno.stat("/proc/sys/net/netfilter/nf_conntrack_count").then(() => true, () => false);
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

async function screen(port: number, ...args: string[]): Promise<Tmux> {
  const program = quoted(
    tcptop(["--source", "bpf", "--no-config", "--ends", "--filter", `pid:${Deno.pid} sport:${port}`, ...args]),
  );
  return await Tmux.start(120, 24, `exec env ${SUDO} ${program}`);
}

Deno.test("K ends the connection that it has named, once it is told to, by the one thread that may", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const [client, server] = await Promise.all([Deno.connect({ hostname: "127.0.0.1", port }), listener.accept()]);
  try {
    const from = (client.localAddr as Deno.NetAddr).port,
      what = `[${Deno.pid}] tcp 127.0.0.1:${from} -> 127.0.0.1:${port}`;
    await using tmux = await screen(from, "--allow-kill");
    const [head] = await tmux.until("the connection", (lines) => lines.some((line) => line.includes(`:${port}`)));
    match(head, /K ends/);
    deepStrictEqual(await holders(await pidOf(tmux)), [[NET_ADMIN, NET_ADMIN, 0n, 0n]]);
    await tmux.type("K");
    const asked = await tmux.until("the question", (lines) => lines.some((line) => line.startsWith("End ")));
    match(asked.at(-1)!, /^End /);
    strictEqual(asked.at(-1)!.includes(`${what}? y ends it`), true, asked.at(-1));
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
  await using tmux = await screen((listener.addr as Deno.NetAddr).port);
  const [head] = await tmux.until("the screen", (lines) => lines[0].includes("every"));
  strictEqual(head.includes("K ends"), false);
  await tmux.until("a sample", (lines) => lines[1].includes("tcp"));
  deepStrictEqual(await holders(await pidOf(tmux)), TRANSLATES ? [[NET_ADMIN, NET_ADMIN, 0n, 0n]] : []);
  await tmux.type("K");
  await tmux.until("how", (lines) => lines.some((line) => line.includes("start with --allow-kill")));
  await tmux.type("q");
});
