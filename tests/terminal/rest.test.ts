/** A live screen on which nothing moves: what is not looked at meanwhile, and that what moves then is exact. */
import { ok } from "node:assert/strict";
import { Netns } from "../support/netns.ts";
import { Pty } from "../support/pty.ts";
import { tcptop } from "../support/tcptop.ts";

const RESTS_MS = 6000, WINDOW_MS = 4000, WINDOWS = 6;
const BURST = 777_777, SECOND = 34_567;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One connection over loopback, nothing sent. */
async function pair() {
  const stack = new DisposableStack(), listener = stack.use(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const { port } = listener.addr, [client, server] = await Promise.all([Deno.connect({ port }), listener.accept()]);
  stack.use(client);
  stack.use(server);
  const carry = async (bytes: number) => {
    const buffer = new Uint8Array(1 << 16);
    const send = async () => {
      for (let left = bytes; left > 0;) left -= await client.write(new Uint8Array(Math.min(left, 1 << 15)));
    };
    const receive = async () => {
      for (let left = bytes; left > 0;) left -= await server.read(buffer) ?? left;
    };
    await Promise.all([send(), receive()]);
  };
  return { port, carry, [Symbol.dispose]: () => stack.dispose() };
}

const UNITS: Readonly<Record<string, number>> = { "B": 1, "KiB": 2 ** 10, "MiB": 2 ** 20 };

/** The highest rate in a line of the table. */
function highest(line: string): number {
  const rates = [...line.matchAll(/([\d.]+) (B|KiB|MiB)\/s/g)].map(([, figure, unit]) => Number(figure) * UNITS[unit]);
  return Math.max(...rates, 0);
}

Deno.test("what moves after a screen has rested has the rate of that second, and all that moved is counted", async () => {
  using connection = await pair();
  const { port } = connection, filter = `port:${port}`;
  await using pty = await Pty.start(170, 12, tcptop(["--no-resolve", "--ends", "-f", filter]));
  await pty.until(`:${port}`);
  await pause(RESTS_MS);
  await connection.carry(BURST);
  const rates: number[] = [];
  let screen: string[] = [];
  for (const startMs = performance.now(); performance.now() - startMs < 3500;) {
    screen = await pty.screen();
    rates.push(...screen.slice(3).map(highest));
    await pause(150);
  }
  // The burst may fall into two samples; over all the time at rest it would be a sixth.
  ok(Math.max(...rates) > BURST / 2.5, `${Math.max(...rates)}\n${screen.join("\n")}`);
  await pause(RESTS_MS);
  await connection.carry(SECOND);
  // 812,344 bytes in KiB.
  const startMs = performance.now();
  while (!(await pty.screen()).some((line) => /ESTABLISHED.*793 KiB/.test(line))) {
    ok(performance.now() - startMs < 5000, (await pty.screen()).join("\n"));
    await pause(150);
  }
});

Deno.test("a step back from a screen that has rested leads to a sample, and another one to the present", async () => {
  using connection = await pair();
  await using pty = await Pty.start(120, 12, tcptop(["--no-resolve", "--ends", "-f", `port:${connection.port}`]));
  await pty.until(`:${connection.port}`);
  await pause(RESTS_MS);
  await pty.key("[");
  await pty.until("−00:");
  ok((await pty.screen()).some((line) => line.includes(`:${connection.port}`)));
  await pty.key(")");
  await pty.until("every 1s");
});

Deno.test("a wide screen that rests shows connections get older by a second a second", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  await using pty = await Pty.start(250, 12, tcptop(["--no-resolve", "--ends", "-f", `port:${port}`]));
  await pty.until("every 1s");
  const [client, server] = await Promise.all([Deno.connect({ port }), listener.accept()]);
  using _closed = { [Symbol.dispose]: () => [client, server].forEach((end) => end.close()) };
  await pty.until(`:${port}`);
  await pause(RESTS_MS);
  const ages: number[] = [], startMs = performance.now();
  while (performance.now() - startMs < 5500) {
    const line = (await pty.screen()).find((text) => text.includes("ESTABLISHED") && text.includes(`:${port}`))!;
    const age = Number(/ (\d+)s *$/.exec(line)?.[1]);
    if (ages.at(-1) !== age) ages.push(age);
    await pause(100);
  }
  // A frame is drawn a second, whose moment is not that of the first: now and then one second is passed over, or one more comes in.
  const passed = ages.at(-1)! - ages[0];
  ok(passed >= 4 && passed <= 7 && ages.every((age, i) => i === 0 || age > ages[i - 1]), `${ages}`);
});

/** Segments and datagrams that the kernel has counted: what else moves on this machine. */
async function counted(): Promise<string> {
  const lines = (await Deno.readTextFile("/proc/1/net/snmp")).split("\n");
  return lines.filter((line) => /^(Tcp|Udp):/.test(line)).join("\n");
}

async function wakeUps(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/task/${pid}/status`);
  return Number(/^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)![1]);
}

Deno.test("the main thread sleeps while nothing moves on the machine", async () => {
  // In the machine's own namespace connections of other tests linger, which tcptop counts.
  await using netns = await Netns.make();
  await using pty = await Pty.start(120, 24, ["ip", "netns", "exec", netns.name, ...tcptop(["--no-resolve"])]);
  await pty.until("every 1s");
  await pause(RESTS_MS);
  let slept = false;
  const quiet: number[] = [];
  for (let i = 0; i < WINDOWS && !slept; i++) {
    const [before, ups] = [await counted(), await wakeUps(pty.pid)];
    await pause(WINDOW_MS);
    const [after, more] = [await counted(), await wakeUps(pty.pid) - ups];
    if (before !== after) continue;
    quiet.push(more);
    // A question whether the Worker is there may fall into it, and now and then all connections are looked at.
    slept = more <= 2;
  }
  // Where other programs talk in each of these times it cannot be told.
  ok(slept || quiet.length < 2, `${quiet}`);
});
