/** Groups in every output of one recording, against the flows of the same. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import papaparse from "papaparse";
import type { EventFacts } from "../../src/output/event_facts.ts";
import type { FlowFacts } from "../../src/output/flow_facts.ts";
import type { GroupEvent } from "../../src/output/group_events.ts";
import type { GroupFacts } from "../../src/output/group_facts.ts";
import { GROUPINGS } from "../../src/view/group_key.ts";
import { wrongInGroupEvent, wrongInGroups } from "../support/schema.ts";
import { execute, tcptop } from "../support/tcptop.ts";

const DEMO = new URL("../../examples/demo.tcptop", import.meta.url).pathname;

async function replayed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await execute(tcptop(["--replay", DEMO, ...args]));
  deepStrictEqual([code, stderr], [0, ""]);
  return stdout;
}

const documents = async (...args: readonly string[]) =>
  (await replayed("--json", ...args)).trimEnd().split("\n").map((line) => JSON.parse(line));

const sum = (values: readonly (number | null)[]) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

Deno.test("--json --group fits its schema, is sorted, and adds up to the flows of --json", async () => {
  const samples = await documents() as { readonly time: string; readonly flows: readonly FlowFacts[] }[];
  for (const by of GROUPINGS) {
    const grouped = await documents("--group", by, "--sort", "rx");
    strictEqual(grouped.length, samples.length);
    grouped.forEach((document, i) => {
      const groups = document.groups as readonly GroupFacts[], { time, flows } = samples[i];
      deepStrictEqual([wrongInGroups(document), document.group_by, document.time], [[], by, time]);
      strictEqual(sum(groups.map(({ flows }) => flows)), flows.length);
      for (const name of ["rx_bytes", "tx_bytes_delta", "tx_packets", "retransmits"] as const) {
        strictEqual(sum(groups.map((group) => group[name])), sum(flows.map((flow) => flow[name])));
      }
      const sizes = groups.map(({ rx_bytes }) => rx_bytes ?? -1);
      deepStrictEqual(sizes, sizes.toSorted((a, b) => b - a));
    });
  }
});

Deno.test("--json --group heeds filter and limit", async () => {
  const grouped = await documents("--group", "process", "--limit", "1", "--udp", "--filter", "process:wl-server");
  const groups = grouped.flatMap(({ groups }) => groups as readonly GroupFacts[]);
  ok(groups.length > 0 && grouped.every(({ groups }) => groups.length <= 1));
  ok(
    groups.every(({ key, tcp, udp, retransmits }) =>
      key === "wl-server" && tcp === 0 && udp > 0 && retransmits === null
    ),
  );
});

Deno.test("--csv --group has the groups of --json --group, and appends to a file of the same header alone", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tcptop" }), path = `${folder}/groups.csv`;
  const grouped = await documents("--group", "process", "--csv", path);
  const parse = async () => {
    const { data, errors } = papaparse.parse(await Deno.readTextFile(path), { header: true, skipEmptyLines: true });
    deepStrictEqual(errors, []);
    return data as Record<string, string>[];
  };
  const expected = grouped.flatMap(({ time, groups }) =>
    (groups as readonly GroupFacts[]).map(({ key, rx_bytes, flows }) => [time, key, String(rx_bytes), String(flows)])
  );
  deepStrictEqual((await parse()).map(({ time, key, rx_bytes, flows }) => [time, key, rx_bytes, flows]), expected);
  await replayed("--group", "process", "--csv", path);
  strictEqual((await parse()).length, 2 * expected.length);
  const other = await execute(tcptop(["--replay", DEMO, "--group", "port", "--csv", path]));
  deepStrictEqual([other.code, /begins with another header/.test(other.stderr)], [1, true]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("--events --group has every connection of --events once", async () => {
  const single = (await documents("--events") as EventFacts[]).filter(({ event }) => event === "closed");
  for (const by of GROUPINGS) {
    const events = await documents("--events", "--group", by) as GroupEvent[];
    deepStrictEqual(events.flatMap(wrongInGroupEvent), []);
    const times = events.map(({ time }) => time), closed = events.filter(({ event }) => event === "closed");
    deepStrictEqual(times, times.toSorted());
    strictEqual(sum(closed.map(({ connections }) => connections)), single.length);
    for (const name of ["rx_bytes", "tx_bytes", "retransmits"] as const) {
      strictEqual(sum(closed.map((event) => event[name])), sum(single.map((event) => event[name])));
    }
    for (const key of new Set(events.map(({ key }) => key))) {
      const turns = events.filter((event) => event.key === key).map(({ event }) => event);
      deepStrictEqual(turns, turns.map((_, i) => i % 2 === 0 ? "opened" : "closed"));
    }
  }
  const lines = (await replayed("--events", "--group", "process", "--limit", "3")).trimEnd().split("\n");
  strictEqual(lines.length, 3);
});
