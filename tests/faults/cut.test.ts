/** Snapshots that end half way: counted, and no connection is said to have gone. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Faults } from "../support/faults.ts";
import { wrongIn } from "../support/held.ts";
import { Running, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

const EIO = 5, CUT = 12;
const MOVES_MS = 20;

/** A connection on which a byte moves now and then: while nothing does there is no snapshot to be cut (docs/decisions/0056). */
async function moving(): Promise<AsyncDisposable> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), { port } = listener.addr;
  const [client, server] = await Promise.all([Deno.connect({ port }), listener.accept()]);
  const timer = setInterval(() => client.write(new Uint8Array(1)), MOVES_MS),
    read = server.readable.pipeTo(new WritableStream());
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      client.close();
      await read;
      listener.close();
    },
  };
}

Deno.test("tcptop counts snapshots that were cut short, loses no flow to them, and is complete after", async () => {
  await using workload = await Workload.start("hold", "--count", 2000, "--tx", 1009, "--rx", 503);
  const held = await workload.until("ready");
  await using _moving = await moving();
  await using faults = await Faults.make({ readEvery: 3 });
  // In a ring of 64 KiB a snapshot of 4,000 sockets takes seven reads.
  const line = tcptop(["--json", "-i", "200ms", "--tcp", "--ring-size", "64K"]);
  await using running = await Running.of(faults.line(line));
  const { health: before } = await running.fresh();
  faults.set("readErrno", EIO);
  const cut = await running.until("cut snapshots", (sample) => {
    // Others' traffic may fill the ring: then it is another fault.
    if (sample.health.events_lost === before.events_lost) deepStrictEqual(wrongIn(sample, held), []);
    return sample.health.snapshot_errors >= before.snapshot_errors + CUT;
  });
  ok(cut.source.notes.some(({ code }) => code === "snapshot_errors"));
  faults.set("readErrno", 0);
  const whole = await running.fresh(), after = await running.next();
  strictEqual(after.health.snapshot_errors, whole.health.snapshot_errors);
  deepStrictEqual(wrongIn(after, held), []);
});
