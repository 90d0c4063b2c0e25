/** Ending connections: exactly those that were meant, whatever has their addresses meanwhile. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { createSocket } from "node:dgram";
import killSchema from "../../schemas/kill.schema.json" with { type: "json" };
import { killSocket } from "../../src/system/kill.ts";
import { newHandle, openShim } from "../../src/system/shim.ts";
import { Events } from "../support/events.ts";
import { FixedPair } from "../support/fixed_pair.ts";
import { Netns } from "../support/netns.ts";
import { refusingDestroy } from "../support/refused.ts";
import { wrongBy } from "../support/schema.ts";
import { lines, within } from "../support/lines.ts";
import { execute, tcptop } from "../support/tcptop.ts";

/** The whole is 2000, 317 and 50. */
const CONNECTIONS = Number(Deno.env.get("TCPTOP_KILL_CONNECTIONS") ?? 211),
  MEANT = Number(Deno.env.get("TCPTOP_KILL_MEANT") ?? 31),
  ROUNDS = Number(Deno.env.get("TCPTOP_KILL_ROUNDS") ?? 3);
const wrongInKill = wrongBy(killSchema);
const kill = (...args: string[]) => execute(tcptop(["kill", ...args]));

const portOf = (address: Deno.Addr) => (address as Deno.NetAddr).port;

interface Pair {
  readonly client: Deno.TcpConn;
  readonly server: Deno.TcpConn;
}

async function pairs(listener: Deno.TcpListener, count: number): Promise<Pair[]> {
  const all: Pair[] = [];
  for (let i = 0; i < count; i++) {
    const [client, server] = await Promise.all([
      Deno.connect({ hostname: "127.0.0.1", port: portOf(listener.addr) }),
      listener.accept(),
    ]);
    all.push({ client, server });
  }
  return all;
}

/** What reading says of an end; a byte there and back of a pair that moves on. */
const reads = (end: Deno.TcpConn) => end.read(new Uint8Array(8)).then(String, ({ code, name }) => code ?? name);

async function moves({ client, server }: Pair): Promise<boolean> {
  const byte = new Uint8Array(1);
  for (const [from, to] of [[client, server], [server, client]]) {
    await from.write(byte);
    if (await to.read(byte) !== 1) return false;
  }
  return true;
}

/** Events of a port, once they come. */
async function begun(port: number): Promise<Events> {
  using sign = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const events = new Events(tcptop(["--events", "--json", "--filter", `port:${port} or port:${portOf(sign.addr)}`]));
  let here = false;
  const seen = events.until(() => true).then(() => here = true);
  while (!here) {
    const [{ client, server }] = await pairs(sign, 1);
    client.close();
    server.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await seen;
  return events;
}

/** How so many ends of this process at a port ended, and how many of them each way. */
async function waysOf(events: Events, port: number, count: number): Promise<Record<string, number>> {
  const ways: Record<string, number> = {};
  for (let i = 0; i < count; i++) {
    const { end, direction } = await events.until(({ event, local, remote, pid }) =>
      pid === Deno.pid && event === "closed" && (local.port === port || remote?.port === port)
    );
    const way = `${direction} ${end?.by} ${end?.how} ${end?.error}`;
    ways[way] = (ways[way] ?? 0) + 1;
  }
  return ways;
}

Deno.test(`of ${CONNECTIONS} connections exactly the ${MEANT} that a filter means are ended, and told so`, async () => {
  using kept = Deno.listen({ hostname: "127.0.0.1", port: 0 }), meant = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const others = await pairs(kept, CONNECTIONS - MEANT), those = await pairs(meant, MEANT);
  const port = portOf(meant.addr), filter = `pid:${Deno.pid} port:${port}`;
  try {
    const seen = await kill("--dry-run", "--json", filter);
    const found = seen.stdout.trim().split("\n").map((line) => JSON.parse(line));
    deepStrictEqual([seen.code, found.length, found.flatMap(wrongInKill)], [0, MEANT, []]);
    deepStrictEqual(new Set(found.map(({ result, message }) => `${result} ${message}`)), new Set(["matched null"]));
    deepStrictEqual(new Set(found.map(({ flow }) => flow.remote.port)), new Set([port]));
    deepStrictEqual((await Promise.all(those.map(moves))).every((moved) => moved), true);
    await using events = await begun(port);
    // Read as they come: a reader that waits makes tcptop wait, and others of this machine fill up what it keeps meanwhile.
    const ways = waysOf(events, port, 2 * MEANT);
    const { code, stdout, stderr } = await kill("--yes", filter);
    deepStrictEqual([code, stderr], [0, ""]);
    const ended = stdout.trim().split("\n");
    for (const line of ended) {
      match(line, new RegExp(`\\[${Deno.pid}\\] tcp 127\\.0\\.0\\.1:\\d+ -> 127\\.0\\.0\\.1:${port} ended$`));
    }
    const clients = (lines: readonly (string | number)[]) => lines.toSorted();
    deepStrictEqual(
      clients(ended.map((line) => Number(/:(\d+) ->/.exec(line)![1]))),
      clients(those.map(({ client }) => portOf(client.localAddr))),
    );
    deepStrictEqual(
      new Set(
        await Promise.all(those.map(async ({ client, server }) => `${await reads(client)} ${await reads(server)}`)),
      ),
      new Set(["ECONNABORTED ECONNRESET"]),
    );
    strictEqual((await Promise.all(others.map(moves))).filter((moved) => moved).length, CONNECTIONS - MEANT);
    deepStrictEqual(await ways, {
      "outbound kernel killed ECONNABORTED": MEANT,
      "inbound peer killed ECONNRESET": MEANT,
    });
  } finally {
    for (const { client, server } of [...others, ...those]) {
      client.close();
      server.close();
    }
  }
});

Deno.test("kill asks, and where nobody answers it ends nothing; a filter that nothing matches is told", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [pair] = await pairs(listener, 1);
  try {
    const port = portOf(listener.addr), asked = await kill(`pid:${Deno.pid} port:${port}`);
    deepStrictEqual([asked.code, asked.stderr], [
      2,
      "tcptop: 'kill' asks before it ends anything, and here nobody answers: --yes, or --dry-run\n",
    ]);
    const none = await kill("--yes", `pid:${Deno.pid} and port:${port} and udp`, "and", "state:established");
    deepStrictEqual([none.code, none.stderr], [1, "tcptop: No connection matches\n"]);
    const never = await kill("--yes", `pid:${Deno.pid} and host:db`);
    const untold = "tcptop: No connection matches\ntcptop: Nothing can match host:db: it takes --hosts\n";
    deepStrictEqual([never.code, never.stderr], [1, untold]);
    // Without capabilities it may look into no process of ours, and end nothing.
    const line = [
      "setpriv",
      "--bounding-set=-all",
      "--inh-caps=-all",
      ...tcptop(["kill", "--source", "netlink", "--yes"]),
    ];
    const unseen = await execute([...line, `process:deno port:${port}`]);
    strictEqual(unseen.code, 1);
    match(
      unseen.stderr,
      /^tcptop: No connection matches\ntcptop: PROCESS, PID and USER are known for your own processes only, [^\n]*\n$/,
    );
    const refused = await execute([...line, `port:${port}`]);
    deepStrictEqual([refused.code, refused.stderr], [1, ""]);
    match(refused.stdout, /is not ended: the kernel refuses it \(EPERM\): it takes CAP_NET_ADMIN, which root has\n$/);
    strictEqual(await moves(pair), true);
  } finally {
    pair.client.close();
    pair.server.close();
  }
});

/** A shell with a UDP socket of its own, that sends when it is told to, and says how it went. */
class Sender implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #said: AsyncGenerator<string, void>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(port: number) {
    const script =
      `exec 3<>/dev/udp/127.0.0.1/${port}; while read -r; do echo -n 12345 >&3 && echo sent || echo refused; done`;
    this.#child = new Deno.Command("bash", {
      args: ["-c", script],
      ...{ stdin: "piped", stdout: "piped", stderr: "null" },
    }).spawn();
    this.#said = lines(this.#child.stdout);
    this.#writer = this.#child.stdin.getWriter();
  }

  get pid(): number {
    return this.#child.pid;
  }

  async send(): Promise<string> {
    await this.#writer.write(new TextEncoder().encode("\n"));
    return String((await within(10, "an answer", this.#said.next())).value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#said.return();
    await this.#child.status;
  }
}

Deno.test("of two UDP sockets with one peer the one that is meant is ended", async () => {
  const receiver = createSocket("udp4");
  await new Promise<void>((resolve) => receiver.bind(0, "127.0.0.1", resolve));
  const { port } = receiver.address();
  await using meant = new Sender(port), kept = new Sender(port);
  deepStrictEqual([await meant.send(), await kept.send()], ["sent", "sent"]);
  const killing = kill("--yes", `pid:${meant.pid} udp`);
  let over = false;
  killing.finally(() => over = true);
  // A UDP flow is seen when it moves.
  while (!over) {
    await meant.send();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { code, stdout } = await killing;
  strictEqual(code, 0);
  match(stdout, new RegExp(`^bash\\[${meant.pid}\\] udp 127\\.0\\.0\\.1:\\d+ -> 127\\.0\\.0\\.1:${port} ended\n$`));
  deepStrictEqual([await meant.send(), await kept.send()], ["refused", "sent"]);
  receiver.close();
});

/** The shim's own call, with a cookie of the test's choice. */
async function withShim(
  body: (end: (target: Parameters<typeof killSocket>[2]) => string) => Promise<void>,
): Promise<void> {
  const library = openShim(new URL("../../build/libtcptop.so", import.meta.url).pathname, false),
    handle = newHandle(library);
  try {
    strictEqual(library.symbols.tcptop__allow_kill(handle), 0);
    await body((target) => killSocket(library, handle, target).how);
  } finally {
    library.symbols.tcptop__free(handle);
    library.close();
  }
}

Deno.test(`a socket that has come to have the same addresses is left alone, in ${ROUNDS} rounds`, async () => {
  const ports = { client: 28517, server: 28519 };
  await using netns = await Netns.make();
  const own = netns.inode;
  await withShim(async (end) => {
    let before: bigint | null = null;
    for (let round = 0; round < ROUNDS; round++) {
      await using pair = await FixedPair.open(ports, netns);
      for (const cookie of before === null ? [] : [before, pair.cookie + 2n ** 31n]) {
        strictEqual(end(pair.target(own, cookie)), "gone");
        strictEqual(await pair.isOpen(), true);
      }
      strictEqual(end(pair.target(own)), "killed");
      strictEqual(await pair.isOpen(), false);
      strictEqual(end(pair.target(own)), "gone");
      before = pair.cookie;
    }
  });
});

Deno.test("of two connections with the same addresses in two network namespaces the one that is meant is ended", async () => {
  const ports = { client: 28511, server: 28513 };
  await using one = await Netns.make(), other = await Netns.make();
  await using meant = await FixedPair.open(ports, one), kept = await FixedPair.open(ports, other);
  await withShim(async (end) => {
    strictEqual(end(kept.target(one.inode)), "gone");
    strictEqual(end(kept.target(7)), "unreachable");
    deepStrictEqual([await meant.isOpen(), await kept.isOpen()], [true, true]);
    strictEqual(end(meant.target(one.inode)), "killed");
    deepStrictEqual([await meant.isOpen(), await kept.isOpen()], [false, true]);
  });
  const { code, stdout } = await kill(
    "--yes",
    "--json",
    `(${kept.pids.map((pid) => `pid:${pid}`).join(" or ")}) port:${ports.client}`,
  );
  const [line, ...rest] = stdout.trim().split("\n"), { result, error, message, flow } = JSON.parse(line);
  deepStrictEqual([code, rest, result, error, message, flow.netns], [0, [], "killed", null, null, other.inode]);
  strictEqual(await kept.isOpen(), false);
});

Deno.test("a kernel that was built without CONFIG_INET_DIAG_DESTROY is told so, and nothing is ended", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [pair] = await pairs(listener, 1), port = portOf(listener.addr);
  try {
    const refused = await execute(await refusingDestroy(tcptop(["kill", "--yes", `pid:${Deno.pid} port:${port}`])));
    const without = "tcptop: This kernel cannot end connections: it was built without CONFIG_INET_DIAG_DESTROY\n";
    deepStrictEqual([refused.code, refused.stdout, refused.stderr], [4, "", without]);
    strictEqual(await moves(pair), true);
  } finally {
    pair.client.close();
    pair.server.close();
  }
});
