/** MPTCP: no descriptor leads to a subflow, its process holds the MPTCP socket above it. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { compiled } from "../support/compiled.ts";
import { lines, within } from "../support/lines.ts";
import { Netns } from "../support/netns.ts";
import { Running, type SampleDocument } from "../support/tcptop.ts";
import { KEPT, SOURCES } from "../support/kept.ts";

const BYTES = 100_003;

async function start(netns?: Netns, how?: "heir" | "linger" | "unread") {
  const program = await compiled("mptcp", [new URL("mptcp.c", import.meta.url)]);
  const inside = netns === undefined ? [] : ["ip", "netns", "exec", netns.name];
  const [command, ...args] = [...inside, program, String(BYTES), ...how === undefined ? [] : [how]];
  const child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped" }).spawn();
  const said = lines(child.stdout), line = (await within(20, "the connection", said.next())).value!;
  const [word, ...numbers] = line.split(" "), [server, client, port, heirPid] = numbers.map(Number);
  strictEqual(word, "ready");
  const input = child.stdin.getWriter();
  const stop = async () => {
    await input.close();
    await said.return();
    await child.status;
  };
  const letGo = () => input.write(new Uint8Array(1));
  return { server, client, port, heir: heirPid, letGo, stop };
}

async function begin(source: string, sockets: string): Promise<Running> {
  if (sockets !== "") Deno.env.set("TCPTOP_SOCKETS", sockets);
  const running = await Running.start("--interval", "300ms", "--source", source);
  Deno.env.delete("TCPTOP_SOCKETS");
  return running;
}

/** A second address that MPTCP may join from. */
async function addressToJoinFrom({ name }: Netns): Promise<void> {
  for (const words of ["limits set subflows 1 add_addr_accepted 1", "endpoint add 127.0.0.2 dev lo subflow"]) {
    const { success } = await new Deno.Command("ip", { args: ["-n", name, "mptcp", ...words.split(" ")] }).output();
    strictEqual(success, true, words);
  }
}

for (const [source, sockets] of SOURCES) {
  for (const when of ["before", "after"]) {
    Deno.test(`a subflow that opened ${when} tcptop is its process's, with its bytes, by ${source} ${sockets}`, async () => {
      const early = when === "before" ? await start() : null;
      await using running = await begin(source, sockets);
      const { server, client, port, stop } = early ?? await start();
      try {
        await running.fresh(); // those before may have a part of what was sent
        const sample = await running.until(
          "owners",
          ({ flows }) =>
            flows.filter(({ pid, remote }) => remote !== null && (pid === server || pid === client)).length === 2,
          20,
        );
        const of = (pid: number) => sample.flows.filter((flow) => flow.remote !== null && flow.pid === pid);
        const facts = (pid: number) => of(pid).map(({ process, rx_bytes, tx_bytes }) => [process, rx_bytes, tx_bytes]);
        deepStrictEqual([facts(client), facts(server)], [[["mptcp-client", 503, BYTES]], [[
          "mptcp-server",
          BYTES,
          503,
        ]]]);
        deepStrictEqual([of(client)[0].remote!.port, of(server)[0].local.port], [port, port]);
      } finally {
        await stop();
      }
    });
    /* The kernel's worker connects it, in no process's name. */
    Deno.test(`a joined subflow that opened ${when} tcptop is its process's by ${source} ${sockets}`, async () => {
      await using netns = await Netns.make();
      await addressToJoinFrom(netns);
      const early = when === "before" ? await start(netns) : null;
      await using running = await begin(source, sockets);
      const { server, client, port, stop } = early ?? await start(netns);
      try {
        await running.fresh();
        const { flows } = await running.until("owners", ({ flows }) => {
          const of = (pid: number) => flows.filter((flow) => flow.remote !== null && flow.pid === pid).length;
          return of(server) === 2 && of(client) === 2;
        }, 20);
        // A join that comes too early for the peer is reset, and tried again: that one has ended, and was its worker's.
        const rows = flows.filter((flow) => flow.netns === netns.inode && flow.remote !== null && !flow.closed);
        const ends = rows.map(({ process, local, remote, direction }) =>
          `${process} ${direction} ${direction === "outbound" ? local.address : remote!.address}`
        );
        deepStrictEqual(ends.sort(), [
          "mptcp-client outbound 127.0.0.1",
          "mptcp-client outbound 127.0.0.2",
          "mptcp-server inbound 127.0.0.1",
          "mptcp-server inbound 127.0.0.2",
        ]);
        for (const { local, tx_bytes, rx_bytes } of rows.filter(({ pid }) => pid === client)) {
          const other = rows.find(({ pid, remote }) => pid === server && remote!.port === local.port)!;
          deepStrictEqual([other.local.port, other.rx_bytes, other.tx_bytes], [port, tx_bytes, rx_bytes]);
        }
      } finally {
        await stop();
      }
    });
  }
}

for (const [source, sockets] of SOURCES) {
  Deno.test(`a subflow that several hold is said to be shared, and goes to the heir, by ${source} ${sockets}`, async () => {
    await using running = await begin(source, sockets);
    const { server, port, heir, letGo, stop } = await start(undefined, "heir");
    const of = ({ flows }: SampleDocument) =>
      flows.filter(({ remote, local }) => remote !== null && local.port === port).map(({ pid, process, shared }) => [
        pid,
        process,
        shared,
      ]);
    try {
      await running.until("both holders", (sample) => of(sample)[0]?.[2] === true, 20);
      deepStrictEqual(of(await running.fresh()), [[server, "mptcp-server", true]]);
      await letGo();
      await running.until("the heir", (sample) => of(sample)[0]?.[0] === heir, 20);
      deepStrictEqual(of(await running.fresh()), [[heir, "mptcp-heir", false]]);
    } finally {
      await stop();
    }
  });
}

for (const sockets of KEPT) {
  for (const [how, reason] of [["linger", "closed with SO_LINGER 0"], ["unread", "closed with data unread"]] as const) {
    Deno.test(`an MPTCP connection that its process resets (${how}) was not killed, all subflows, in ${sockets}`, async () => {
      await using netns = await Netns.make();
      await addressToJoinFrom(netns);
      await using running = await begin("bpf", sockets);
      const { port, letGo, stop } = await start(netns, how);
      const inside = ({ flows }: SampleDocument) =>
        flows.filter((flow) => flow.netns === netns.inode && flow.remote !== null && flow.state !== "SYN_SENT");
      try {
        await running.until(
          "both subflows",
          (sample) => inside(sample).filter(({ closed }) => !closed).length === 4,
          20,
        );
        await letGo();
        const ended: Record<string, unknown>[] = [];
        await running.until("all ends", (sample) => {
          for (const { closed, local, end } of inside(sample)) {
            if (closed) ended.push({ at: local.port === port, ...end });
          }
          return ended.length >= 4;
        }, 20);
        const sent = { at: true, by: "local", how: "reset_sent", error: null, reason };
        const received = { at: false, by: "peer", how: "reset_received", error: "ECONNRESET", reason: null };
        deepStrictEqual(ended.sort((a, b) => Number(b.at) - Number(a.at)), [sent, sent, received, received]);
      } finally {
        await stop();
      }
    });
  }
}
