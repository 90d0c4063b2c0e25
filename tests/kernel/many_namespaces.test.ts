/** Netlink where there are more network namespaces than descriptors: what can be opened is seen, and goes on. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Netns } from "../support/netns.ts";
import { Running, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

const SPACES = 60;

Deno.test("netlink among 60 namespaces with 64 descriptors starts, says what it does not see, and its figures go on", async () => {
  await using stack = new AsyncDisposableStack();
  for (let i = 0; i < SPACES; i++) stack.use(await Netns.make());
  const line = tcptop(["--json", "--source", "netlink", "--interval", "300ms"]);
  await using running = await Running.of(["bash", "-c", 'ulimit -n 64; exec "$@"', "bash", ...line]);
  await using workload = await Workload.start("stir", "--count", 3, "--rate", 300, "--seconds", 60);
  const { client } = await workload.until("ready");
  const sent = ({ flows }: Awaited<ReturnType<typeof running.next>>) =>
    flows.filter(({ pid, remote }) => pid === client.pid && remote !== null).reduce(
      (sum, flow) => sum + flow.tx_bytes!,
      0,
    );
  const first = await running.until("traffic", (sample) => sent(sample) > 0);
  ok(first.source.notes.some(({ code, remedy }) => code === "namespaces_unseen" && /ulimit -n/.test(remedy!)));
  let before = sent(first);
  // A workload that has to wait for its turn may send nothing for as long as a sample takes.
  for (let i = 0; i < 6; i++) {
    before = sent(await running.until(`more than ${before} bytes`, (sample) => sent(sample) > before));
  }
  strictEqual(await running.stop(), 0);
});

Deno.test("flows by netlink have ids of their own, in whatever namespace", async () => {
  await using stack = new AsyncDisposableStack();
  const workloads: Workload[] = [];
  for (let i = 0; i < 40; i++) {
    const netns = stack.use(await Netns.make());
    const args = ["--count", 3, "--client-netns", netns.path, "--server-netns", netns.path];
    workloads.push(stack.use(await Workload.start("hold", ...args)));
  }
  for (const workload of workloads) await workload.until("ready");
  await using running = await Running.start("--source", "netlink", "--interval", "1s");
  const { flows } = await running.fresh(), ids = flows.map(({ id }) => id);
  ok(flows.length >= 240, `${flows.length} flows`);
  deepStrictEqual(ids.filter((id, i) => ids.indexOf(id) !== i), []);
  for (const workload of workloads) {
    await workload.goOn();
    await workload.until("done");
  }
});
