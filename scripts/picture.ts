/** A recording as pictures of the screen: picture.ts RECORDING FOLDER [COLUMNSxROWS]... writes screen.svg (100x24), or one a size. */
import { Decoder } from "../src/decode/decode.ts";
import { unpackFlows } from "../src/flow/columns.ts";
import { FlowTables } from "../src/flow/tables.ts";
import { parseArguments } from "../src/cli.ts";
import { svg } from "../src/render/svg.ts";
import { openReplay } from "../src/source/replay/platform.ts";
import { initialState } from "../src/view/screen/initial.ts";
import { ScreenModel } from "../src/view/screen/model.ts";
import type { Sample } from "../src/flow/sample.ts";

/** Every sample of the recording. */
async function samples(path: string): Promise<Sample[]> {
  const platform = openReplay({ path, paced: false }), source = platform.openSource(), found: Sample[] = [];
  const tables = new FlowTables(), decoder = new Decoder(tables), processes = new Map<number, string>();
  for (let more = true; more; more = await source.wait(10)) {
    source.drain((records) => decoder.decode(records));
    if (!source.pace?.hasNews) continue;
    source.snapshot((records) => decoder.decode(records));
    const packed = tables.takeSample(), flows = unpackFlows(packed.flows, packed.length);
    const users = new Map<number, string>();
    for (const uid of new Set(flows.uid)) users.set(uid, await platform.userName(uid) ?? String(uid));
    for (const [pid, name] of platform.newProcessNames?.() ?? []) processes.set(pid, name);
    found.push({
      ...packed,
      flows,
      processes,
      host: platform.host,
      // As its own screen showed it: of the machine, not of a recording.
      source: { ...source.info, notes: source.info.notes.filter(({ code }) => code !== "replay") },
      health: { ...packed.health, recordsInvalid: decoder.invalid },
      // A recording does not hold what its recorder cost: this is what 500 flows were measured to cost.
      selfCpuPercent: 0.95,
      selfRssBytes: 98 * 2 ** 20,
      timeWait: null,
      synRecv: null,
      users,
      names: new Map(),
      programs: new Map(),
      cgroups: [],
      containers: new Map(),
    });
  }
  await source.close();
  return found;
}

const [recording, folder, ...sizes] = Deno.args, all = await samples(recording);
for (const size of sizes.length === 0 ? ["100x24"] : sizes) {
  const [columns, rows] = size.split("x").map(Number), invocation = parseArguments(["--no-resolve"]);
  if (!("run" in invocation)) throw new Error("nothing to draw");
  const model = new ScreenModel(initialState(invocation.run, { columns, rows }));
  for (const sample of all) model.take(sample);
  model.input({ type: "key", key: "down" });
  Deno.writeTextFileSync(`${folder}/screen${sizes.length === 0 ? "" : `-${size}`}.svg`, svg(model.draw()));
}
