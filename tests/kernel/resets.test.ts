/** Resets that this end sends: who did it and why, as samples and events say it; the kernel gives its reason just after the end. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { compiled } from "../support/compiled.ts";
import { Events } from "../support/events.ts";
import { Netns } from "../support/netns.ts";
import { execute, Running, tcptop } from "../support/tcptop.ts";
import { KEPT } from "../support/kept.ts";

const RUNS = Number(Deno.env.get("TCPTOP_ROUNDS") ?? 20);
/** The kernel says of its resets why, since 6.10. */
const BTF = new TextDecoder("latin1").decode(await Deno.readFile("/sys/kernel/btf/vmlinux"));
const HAS_REASONS = BTF.includes("SK_RST_REASON_TCP_ABORT_ON_DATA");

const DISCONNECTED = "local reset_sent: disconnected by its process (connect() with AF_UNSPEC)";
const CLIENT = {
  linger: "local reset_sent: closed with SO_LINGER 0",
  unread: "local reset_sent: closed with data unread",
  disconnected: DISCONNECTED,
  shut: DISCONNECTED,
  set: DISCONNECTED,
  late: HAS_REASONS
    ? "local reset_sent: data came in after its process had closed it"
    : "peer reset_received ECONNRESET",
  again: DISCONNECTED,
  refused: "peer fin",
};
const SERVER = {
  linger: "peer reset_received ECONNRESET",
  unread: "peer reset_received ECONNRESET",
  disconnected: "peer reset_received ECONNRESET",
  shut: "peer reset_received EPIPE: after its FIN",
  set: "peer reset_received ECONNRESET",
  late: "peer reset_received EPIPE: after its FIN",
  again: "peer reset_received ECONNRESET",
  refused: "local fin",
};

interface Ended {
  readonly local: { readonly port: number };
  readonly remote: { readonly port: number } | null;
  readonly end:
    | { readonly by: string; readonly how: string | null; error: string | null; reason: string | null }
    | null;
}

/** How often what was said of the two ends of each way's connections. */
function counted(ended: readonly Ended[], ways: ReadonlyMap<number, string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { local, remote, end } of ended) {
    const client = ways.get(remote?.port ?? 0), server = ways.get(local.port);
    if (client === undefined && server === undefined || remote === null) continue;
    const error = end?.error ? ` ${end.error}` : "", reason = end?.reason ? `: ${end.reason}` : "";
    const said = `${client ?? server} ${client ? "client" : "server"}: ${end?.by} ${end?.how}${error}${reason}`;
    counts[said] = (counts[said] ?? 0) + 1;
  }
  return counts;
}

for (const sockets of KEPT) {
  Deno.test(`a reset that this end sent has its reason, in samples and events, in ${sockets}`, async () => {
    await using netns = await Netns.make();
    const enter = ["ip", "netns", "exec", netns.name],
      program = await compiled("resetting", [
        new URL("resetting.c", import.meta.url),
      ]);
    strictEqual((await execute([...enter, "sysctl", "-qw", "net.ipv4.tcp_fin_timeout=120"])).code, 0);
    Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start("--interval", "500ms");
    await using events = new Events(tcptop(["--events", "--json"]));
    Deno.env.delete("TCPTOP_SOCKETS");
    // Until --events looks: a connection that it tells of.
    {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = listener.addr as Deno.NetAddr, seen = events.until(({ remote }) => remote?.port === port);
      let isSeen = false;
      seen.then(() => isSeen = true);
      while (!isSeen) {
        (await Deno.connect({ hostname: "127.0.0.1", port })).close();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    const { code, stdout } = await execute([...enter, program, String(RUNS)]);
    strictEqual(code, 0);
    const ways = new Map(
      stdout.trim().split("\n").map((line) => line.split(" ")).map(([way, port]) => [Number(port), way] as const),
    );
    const expected = Object.fromEntries(
      (Object.keys(CLIENT) as (keyof typeof CLIENT)[]).flatMap((way) => [
        [`${way} client: ${CLIENT[way]}`, RUNS],
        [`${way} server: ${SERVER[way]}`, RUNS],
      ]),
    );
    const samples = await running.upToFresh();
    deepStrictEqual(counted(samples.flatMap(({ flows }) => flows).filter(({ closed }) => closed), ways), expected);
    const isOurs = ({ local, remote }: Ended) => ways.has(local.port) || ways.has(remote?.port ?? 0);
    const told: Ended[] = [];
    await events.until((event) => {
      if (event.event !== "opened" && isOurs(event)) told.push(event);
      return told.length === 2 * RUNS * ways.size;
    });
    deepStrictEqual(counted(told, ways), expected);
    ok(told.length > 0);
  });
}
