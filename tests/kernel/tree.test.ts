/** Flows of a process and of all its children. */
import { deepStrictEqual } from "node:assert/strict";
import { Running } from "../support/tcptop.ts";

/** A shell, its child and that one's child, which exits with the connection's last line. Each has a connection of its own, and prints its pid. */
const FAMILY = (port: number) =>
  `connect() { exec 3<>/dev/tcp/127.0.0.1/${port}; }
   connect; echo $BASHPID; (connect; echo $BASHPID; bash -c "exec 3<>/dev/tcp/127.0.0.1/${port}; echo \\$\\$; read -u 3"; true); true`;

for (const source of ["bpf", "netlink"]) {
  Deno.test(`tree: finds the connections of a process, its children and theirs, by ${source}`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr, accepted: Deno.Conn[] = [];
    const start = () => new Deno.Command("bash", { args: ["-c", FAMILY(port)], stdout: "piped" }).spawn();
    const pidsOf = async (child: Deno.ChildProcess) => {
      for (let i = 0; i < 3; i++) accepted.push(await listener.accept());
      let text = "";
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        if ((text += chunk).split("\n").length > 3) break;
      }
      return text.trim().split("\n").map(Number);
    };
    const family = start(), others = start();
    try {
      const pids = await pidsOf(family);
      await pidsOf(others);
      await using running = await Running.start("--source", source, "--interval", "200ms", "-f", `tree:${family.pid}`);
      const { flows } = await running.until("the three", ({ flows }) => flows.length > 2);
      const found = flows.filter(({ remote }) => remote?.port === port).map(({ pid }) => pid);
      deepStrictEqual(found.sort(), pids.sort());
      deepStrictEqual(flows.length, 3);
    } finally {
      for (const connection of accepted) connection.close();
      await Promise.all([family.status, others.status]);
    }
  });
}
