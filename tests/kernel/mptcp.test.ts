/** MPTCP: no descriptor leads to a subflow, its process holds the MPTCP socket above it. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { compiled } from "../support/compiled.ts";
import { lines, within } from "../support/lines.ts";
import { Running } from "../support/tcptop.ts";

const BYTES = 100_003;

async function start() {
  const program = await compiled("mptcp", [new URL("mptcp.c", import.meta.url)]);
  const child = new Deno.Command(program, { args: [String(BYTES)], stdin: "piped", stdout: "piped" }).spawn();
  const said = lines(child.stdout), line = (await within(20, "the connection", said.next())).value!;
  const [word, server, client, port] = line.split(" ");
  strictEqual(word, "ready");
  const stop = async () => {
    await child.stdin.close();
    await said.return();
    await child.status;
  };
  return { server: Number(server), client: Number(client), port: Number(port), stop };
}

for (const [source, sockets] of [["bpf", "storage"], ["bpf", "table"], ["netlink", ""]] as const) {
  for (const when of ["before", "after"]) {
    Deno.test(`a subflow that opened ${when} tcptop is its process's, with its bytes, by ${source} ${sockets}`, async () => {
      const begin = async () => {
        if (sockets !== "") Deno.env.set("TCPTOP_SOCKETS", sockets);
        const running = await Running.start("--interval", "300ms", "--source", source);
        Deno.env.delete("TCPTOP_SOCKETS");
        return running;
      };
      const early = when === "before" ? await start() : null;
      await using running = await begin();
      const { server, client, port, stop } = early ?? await start();
      try {
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
  }
}
