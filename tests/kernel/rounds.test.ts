/** Nothing stays behind: what is closed is gone from the next sample, however often. */
import { strictEqual } from "node:assert/strict";
import { Netns } from "../support/netns.ts";
import { Running, type SampleDocument } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

Deno.test("tcptop's table is as small after 1,000 rounds of open and close as before", async () => {
  await using netns = await Netns.make();
  const inside = ({ flows }: SampleDocument) =>
    flows.filter((flow) => flow.netns === netns.inode && !flow.closed).length;
  await using running = await Running.start("--listen", "--interval", "200ms");
  strictEqual(inside(await running.fresh()), 0);

  const place = ["--server-netns", netns.path, "--client-netns", netns.path];
  await using workload = await Workload.start("rounds", "--count", 11, "--rounds", 1000, ...place);
  await workload.until("done");
  strictEqual(inside(await running.fresh()), 0);
});
