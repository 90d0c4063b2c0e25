/** What moves after a stretch in which nothing did: the sample that follows has it, whatever it is, by itself. (docs/decisions/0056-still-sockets.md) */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { isAtLeast } from "../../src/system/kernel_version.ts";
import { attachedPrograms } from "../support/attached_programs.ts";
import { KEPT } from "../support/kept.ts";
import { Running, type SampleDocument } from "../support/tcptop.ts";

/** More than a walk needs to find that nothing moves. */
const SAMPLES = 8;
const SENT = 1009, READ = 503, BACK = 307;

for (const sockets of KEPT) {
  Deno.test(`after a stretch of rest whatever moves is in the next sample, by ${sockets}`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const connect = () => Deno.connect({ hostname: "127.0.0.1", port });
    using client = await connect();
    using server = await listener.accept();
    Deno.env.set("TCPTOP_SOCKETS", sockets);
    await using running = await Running.start("--interval", "100ms", "--listen");
    Deno.env.delete("TCPTOP_SOCKETS");
    // It does without, which nobody would see.
    strictEqual((await attachedPrograms(running.pid)).has("tcp_still"), isAtLeast(Deno.osRelease(), "6.2"));
    const remote = (client.localAddr as Deno.NetAddr).port;
    const own = ({ flows }: SampleDocument) =>
      flows.filter(({ local, remote }) => [local, remote].some((end) => end?.port === port));
    const serverOf = (sample: SampleDocument) => own(sample).find((flow) => flow.remote?.port === remote)!;
    const listenerOf = (sample: SampleDocument) => own(sample).find((flow) => flow.remote === null)!;
    const afterRest = async (act: () => Promise<unknown>) => {
      for (let i = 0; i < SAMPLES; i++) await running.next();
      await act();
      return await running.fresh();
    };

    let sample = await afterRest(() => client.write(new Uint8Array(SENT)));
    deepStrictEqual([serverOf(sample).rx_bytes, serverOf(sample).receive_queue_bytes], [SENT, SENT]);
    // No segment tells of that: the window is as wide as before.
    sample = await afterRest(() => server.read(new Uint8Array(READ)));
    deepStrictEqual([serverOf(sample).rx_bytes, serverOf(sample).receive_queue_bytes], [SENT, SENT - READ]);
    sample = await afterRest(() => server.write(new Uint8Array(BACK)));
    strictEqual(serverOf(sample).tx_bytes, BACK);
    let late: Deno.TcpConn | undefined;
    sample = await afterRest(async () => late = await connect());
    using second = late!;
    strictEqual(listenerOf(sample).accept_queue?.length, 1);
    const of = (sample: SampleDocument) =>
      own(sample).filter(({ remote }) => remote?.port === (second.localAddr as Deno.NetAddr).port);
    strictEqual(of(sample).length, 1);
    using accepted = await listener.accept();
    sample = await afterRest(() => accepted.closeWrite());
    deepStrictEqual([listenerOf(sample).accept_queue?.length, of(sample)[0].state], [0, "FIN_WAIT2"]);
    sample = await afterRest(() => second.closeWrite());
    strictEqual(of(sample).every(({ closed }) => closed), true);
    sample = await afterRest(() => Promise.resolve());
    deepStrictEqual([own(sample).length, serverOf(sample).rx_bytes, serverOf(sample).closed], [3, SENT, false]);
  });
}
