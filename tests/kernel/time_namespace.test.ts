/** In a time namespace of its own (time_namespaces(7)) CLOCK_BOOTTIME is another than the one by which the kernel's programs go. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { SOURCES } from "../support/kept.ts";
import { lines, within } from "../support/lines.ts";
import { type SampleDocument, tcptop } from "../support/tcptop.ts";

/** Two connections of 11 bytes, one by UDP, which are kept. */
const CONNECTS =
  "exec 3<>/dev/tcp/127.0.0.1/$1; exec 4<>/dev/udp/127.0.0.1/$1; printf %s 12345678901 >&3; printf %s 12345678901 >&4; echo; read -r";

for (const [source, sockets] of SOURCES) {
  for (const offset of [1_000_003, -7]) {
    Deno.test(`times are those of the kernel where the clock is ${offset} s ahead, by ${source} ${sockets}`, async () => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = listener.addr as Deno.NetAddr;
      const line = tcptop(["--json", "-i", "300ms", "--source", source, "--command", "-f", `dport:${port}`]);
      const [command, ...args] = ["unshare", "-T", "--boottime", String(offset), ...line];
      const env: Record<string, string> = sockets === "" ? {} : { TCPTOP_SOCKETS: sockets };
      const running = new Deno.Command(command, { args, env, stdout: "piped" }).spawn(),
        samples = lines(running.stdout);
      const next = async (): Promise<SampleDocument> =>
        JSON.parse((await within(20, "a sample", samples.next())).value!);
      await next();
      const child = new Deno.Command("/bin/bash", {
        args: ["-c", CONNECTS, "bash", `${port}`],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const said = lines(child.stdout);
      await within(20, "the connections", said.next());
      const startMs = Date.now();
      try {
        for (let fresh = 0; fresh < 4;) {
          const { time, interval_ms, flows } = await next();
          if (Date.parse(time) - interval_ms <= startMs) continue;
          fresh++;
          const ours = flows.filter(({ pid }) => pid === child.pid);
          const told = ours.map((
            { protocol, state, tx_bytes, command },
          ) => [protocol, state === "EXPIRED", tx_bytes, command]);
          const argv = `/bin/bash -c ${CONNECTS} bash ${port}`,
            tcp = ["tcp", false, 11, argv],
            udp = ["udp", false, source === "bpf" ? 11 : null, argv];
          deepStrictEqual(told.sort(), [tcp, udp]);
          for (const { age_ms, idle_ms } of ours) {
            ok((age_ms ?? 0) < 60_000 && (idle_ms ?? 0) < 60_000, `${age_ms} ${idle_ms}`);
          }
        }
      } finally {
        running.kill("SIGTERM");
        await child.stdin.close();
        await Promise.all([samples.return(), said.return(), running.status, child.status]);
      }
    });
  }
}
