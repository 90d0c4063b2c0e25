import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { counters, live, tick } from "../../support/records.ts";
import { record } from "../../support/recording.ts";
import { Running, tcptop } from "../../support/tcptop.ts";

const SECOND_NS = 1e9;

/** An ssh for which each host is two files beside it, of which the second one is sent when there is a third. It ends with its folder. */
const SSH = `#!/bin/sh
while [ "$1" != -- ]; do shift; done
cd "\${0%/*}" && cat "$2.first"
until [ -e go ]; do [ -e "$2.second" ] || exit; sleep 0.05; done
cat "$2.second"
while [ -e go ]; do sleep 0.05; done
`;

/** A host whose second sample ends so many seconds behind its first, and has 8,000 bytes. */
async function add(folder: string, name: string, seconds: number): Promise<void> {
  const endNs = (1 + seconds) * SECOND_NS;
  const first = { snapshot: [live({ rxBytes: 1000 }), tick(SECOND_NS)] };
  const second = { snapshot: [counters({ rxBytes: 9000 }), tick(endNs)] };
  const one = await record([first]),
    both = await record([first, second]),
    at = both.findIndex((byte, i) => byte !== one[i]);
  await Deno.writeFile(`${folder}/${name}.first`, both.subarray(0, at));
  await Deno.writeFile(`${folder}/${name}.second`, both.subarray(at));
}

Deno.test("--hosts has rates by each host's own clock, whenever its samples come", async () => {
  const folder = await Deno.makeTempDir();
  await using _ = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  await Deno.writeTextFile(`${folder}/ssh`, SSH, { mode: 0o755 });
  await add(folder, "slow", 4);
  await add(folder, "fast", 2);
  const [program, ...args] = tcptop(["--hosts", "slow,fast", "--json", "--sort", "host"]);
  if (args[0] === "run") args.splice(1, 0, "--allow-run=ssh");
  await using running = await Running.of(["env", `PATH=${folder}:${Deno.env.get("PATH")}`, program, ...args]);
  await Deno.writeTextFile(`${folder}/go`, "");
  const told: unknown[][] = [];
  await running.until("both", ({ flows, interval_ms, totals }) => {
    const moved = flows.filter((flow) => flow.rx_bytes_delta !== 0);
    told.push(...moved.map((flow) => [flow.host, flow.rx_bytes_delta, flow.rx_bytes_per_s]));
    const sum = moved.reduce((sum, flow) => sum + flow.rx_bytes_per_s!, 0);
    deepStrictEqual(totals.rx_bytes_per_s, sum, `in ${interval_ms} ms`);
    return told.length >= 2;
  });
  deepStrictEqual(told.toSorted(), [["fast", 8000, 4000], ["slow", 8000, 2000]]);
  strictEqual(await running.stop(), 0);
});
