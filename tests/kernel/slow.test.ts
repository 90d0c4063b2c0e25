/** A snapshot takes 5 s at most, however many descriptors and sockets there are, and says that it was cut short. */
import { ok, strictEqual } from "node:assert/strict";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import { slowOnce } from "../support/refused.ts";
import { Running, type SampleDocument, tcptop } from "../support/tcptop.ts";

const DESCRIPTORS = 400;

for (const source of ["bpf", "netlink"]) {
  Deno.test(`a slow machine's snapshot by ${source} ends in time, says so, and goes on when it is fast again`, async () => {
    const folder = await Deno.makeTempDir(), file = `${folder}/slow`, held: Deno.FsFile[] = [];
    try {
      await Deno.chmod(folder, 0o755); // for the user that tcptop becomes
      for (let i = 0; i < DESCRIPTORS; i++) held.push(await Deno.open("/dev/null"));
      await using running = await Running.of(
        await slowOnce(file, tcptop(["--json", "--source", source, "-i", "200ms"])),
      );
      const before = await running.next();
      strictEqual(before.health.snapshot_errors, 0);
      await Deno.writeTextFile(file, "");
      const slow = await running.until("a snapshot that was cut short", ({ health }) => health.snapshot_errors > 0, 20);
      ok(slow.source.notes.some(({ code }) => code === "snapshot_errors"));
      // Owners are looked for every three seconds: in one of two that slow.
      for (const { interval_ms } of [slow, await running.next(), await running.next()]) {
        ok(interval_ms < 6500, `${interval_ms}`);
      }
      await Deno.remove(file);
      // A connection that began after it is there as ever.
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      using _client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
      // By netlink what opens between the look for owners and the one at sockets has its owner in the sample after.
      const isOurs = ({ remote, pid }: FlowFacts) => remote?.port === listener.addr.port && pid === Deno.pid;
      await running.until("the connection, with its owner", ({ flows }) => flows.some(isOurs));
      strictEqual(await running.stop(), 0);
    } finally {
      for (const descriptor of held) descriptor.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("a slow search for network namespaces ends in time, is said to be incomplete, and forgets none that it did not get to", async () => {
  const folder = await Deno.makeTempDir(), file = `${folder}/slow`;
  const idle = Array.from({ length: 40 }, () => new Deno.Command("sleep", { args: ["300"] }).spawn());
  try {
    await Deno.chmod(folder, 0o755); // for the user that tcptop becomes
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    using _client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    const line = tcptop(["--json", "--source", "netlink", "-i", "200ms"]);
    await using running = await Running.of(await slowOnce(file, line));
    const clients = ({ flows }: SampleDocument) =>
      flows.filter(({ remote }) => remote?.port === listener.addr.port).length;
    strictEqual(clients(await running.next()), 1);
    await Deno.writeTextFile(`${file}.search`, "");
    const slow = await running.until("a snapshot that was cut short", ({ health }) => health.snapshot_errors > 0, 20);
    for (const sample of [slow, await running.next(), await running.next()]) {
      ok(sample.interval_ms < 6500, `${sample.interval_ms}`);
      strictEqual(clients(sample), 1);
    }
    strictEqual(await running.stop(), 0);
  } finally {
    for (const child of idle) child.kill();
    await Promise.all(idle.map((child) => child.status));
    await Deno.remove(folder, { recursive: true });
  }
});
