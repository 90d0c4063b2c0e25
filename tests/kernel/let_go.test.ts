/** A process that looks at another's descriptors may be the last to let go of one: then the kernel closes the socket in its context. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { EventFacts } from "../../src/output/event_facts.ts";
import { compiled } from "../support/compiled.ts";
import { Events } from "../support/events.ts";
import { lines, within } from "../support/lines.ts";
import { fromSource } from "../support/tcptop.ts";
import { endsOf, Workload } from "../support/workload.ts";
import { KEPT } from "../support/kept.ts";

/** Takes copies of all sockets of a process, says so, and lets go of them when its input ends, on a thread that is not its first. */
const HOLDER = `
  const [pid] = Deno.args.map(Number), calls = { parameters: ["i64", "i64", "i64", "i64"], result: "i64" };
  const { symbols } = Deno.dlopen("libc.so.6", { syscall: calls, close: { parameters: ["i32"], result: "i32", nonblocking: true } });
  const PIDFD_OPEN = 434n, PIDFD_GETFD = 438n, held = [];
  const pidfd = symbols.syscall(PIDFD_OPEN, BigInt(pid), 0n, 0n);
  for (const { name } of Deno.readDirSync("/proc/" + pid + "/fd")) {
    const isSocket = Deno.readLinkSync("/proc/" + pid + "/fd/" + name).startsWith("socket:");
    if (isSocket) held.push(symbols.syscall(PIDFD_GETFD, pidfd, BigInt(name), 0n));
  }
  if (held.length === 0 || held.some((fd) => fd < 0n)) throw new Error("held: " + held);
  console.log("held");
  await Deno.stdin.read(new Uint8Array(1));
  for (const fd of held) await symbols.close(Number(fd));
`;

const pairOf = ({ local, remote }: EventFacts) => `${local.address} ${local.port} ${remote?.address} ${remote?.port}`;

const COUNT = 3;

/** Who holds what a workload's server has, `held` when it does, and is waited for at the end. */
interface Holder {
  readonly what: string;
  start(pid: number): Promise<Deno.ChildProcess>;
}

/** The same executable as tcptop, as another tcptop would be. */
const another: Holder = {
  what: "a tcptop",
  start(pid) {
    const args = [
      "run",
      "--quiet",
      "--allow-all",
      `data:application/javascript,${encodeURIComponent(HOLDER)}`,
      `${pid}`,
    ];
    return Promise.resolve(new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" }).spawn());
  },
};

/** Another program that has a reference to a file while it is in a system call, as `lsof` and `ss -p` have. */
const onlooker: Holder = {
  what: "a program that looks at descriptors",
  async start(pid) {
    const program = await compiled("onlooker", [new URL("onlooker.c", import.meta.url)]);
    return new Deno.Command(program, { args: [`${pid}`], stdin: "piped", stdout: "piped" }).spawn();
  },
};

for (
  const [{ what, start }, sockets] of [another, onlooker].flatMap((one) =>
    KEPT.map((sockets) => [one, sockets] as const)
  )
) {
  Deno.test(`a connection that ${what} was the last to let go of is its server's, in ${sockets}`, async () => {
    Deno.env.set("TCPTOP_SOCKETS", sockets);
    // No sample, and so no owner pass, comes between.
    await using events = new Events(fromSource(["--events", "--json", "--interval", "60s"]));
    Deno.env.delete("TCPTOP_SOCKETS");
    await using churn = await Workload.start("churn", "--seconds", 30, "--rate", 20);
    const { server } = await churn.until("start");
    await events.until(({ pid }) => pid === server.pid);

    await using held = await Workload.start("hold", "--count", COUNT, "--tx", 101, "--rx", 203);
    const ready = await held.until("ready"), ends = endsOf(ready).filter(({ direction }) => direction === "inbound");
    const holder = await start(ready.server.pid), said = lines(holder.stdout);
    ok(["held", `held ${COUNT}`].includes((await within(20, "the holder", said.next())).value!));
    await held.goOn();
    await held.until("done");
    await holder.stdin.close();
    await said.return();
    strictEqual((await within(20, "its end", holder.status)).code, 0);
    // In whichever order they ended.
    const waited = new Set(ends.map(({ local, remote }) => `${local} ${remote}`));
    while (waited.size > 0) {
      const closed = await events.until((event) => event.event === "closed" && waited.delete(pairOf(event)));
      deepStrictEqual([closed.pid, closed.process, closed.rx_bytes, closed.tx_bytes], [
        ready.server.pid,
        "wl-server",
        101,
        203,
      ]);
    }
  });
}
