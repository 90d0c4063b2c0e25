/** The map of traffic that is known to the byte: loopback, and a bridge between namespaces. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { MapEdgeFacts, MapNodeFacts } from "../../src/output/map_json.ts";
import { Netns } from "../support/netns.ts";
import { execute, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";

async function map(...args: readonly (string | number)[]): Promise<Omit<MapEdgeFacts, "from" | "to" | "ports">[]> {
  const { code, stdout, stderr } = await execute(tcptop(["--map", "json", ...args]));
  strictEqual(code, 0, stderr);
  const { nodes, edges }: { nodes: MapNodeFacts[]; edges: MapEdgeFacts[] } = JSON.parse(stdout);
  return edges.map(({ from, to, ports: _, ...edge }) => {
    deepStrictEqual([nodes[from - 1].key, nodes[to - 1].key], ["wl-client", "wl-server"]);
    return edge;
  });
}

const BYTES = 100_003;

Deno.test("--map has every connection once and every byte of it, in a sample and in a recording", async () => {
  await using netns = await Netns.make();
  const place = ["--client-netns", netns.path, "--server-netns", netns.path];
  await using workload = await Workload.start("hold", "--count", 7, "--tx", BYTES, "--rx", 503, ...place);
  const { client, server } = await workload.until("ready"), ours = ["-p", client.pid, "-p", server.pid];
  const folder = await Deno.makeTempDir(), recording = `${folder}/r.tcptop`;
  const sums = { sent_bytes: 7 * BYTES, received_bytes: 7 * 503, failed: 0 };
  const held = [{ connections: 7, open: 7, ...sums }];
  try {
    deepStrictEqual(await map("--once", "-i", "300ms", "--record", recording, ...ours), held);
    deepStrictEqual(await map("--replay", recording, ...ours), held);
    deepStrictEqual(await map("--replay", recording, "--group", "process", ...ours), held);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
