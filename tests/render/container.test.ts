import { ok, strictEqual } from "node:assert/strict";
import { fakeSample, NOW_NS } from "../view/fake_sample.ts";
import { scene } from "./scene.ts";
import { cgroupOf, NO_CGROUP } from "../../src/flow/container.ts";

const ID = "0123456789abcdef".repeat(4);

Deno.test("ScreenModel.draw() keeps its columns beside a container name of 300 characters with escapes in it", () => {
  const name = `evil\x1b[2J${"日".repeat(10)}${"x".repeat(300)}`;
  for (const changes of [{}, { details: true }, { group: "container" as const }]) {
    const model = scene(200, 50, 0, changes);
    const sample = fakeSample([{ process: "inside", rxDelta: 9 }, { process: "outside", rxDelta: 8 }], {
      timeNs: NOW_NS + 100e9,
      cgroups: [NO_CGROUP, cgroupOf(`/system.slice/docker-${ID}.scope`)],
      containers: new Map([[ID, name]]),
    });
    sample.flows.cgroup[0] = 1;
    model.take(sample);
    const canvas = model.draw(), [title, inside, outside] = [2, 3, 4].map((y) => canvas.line(y));
    strictEqual(inside.includes("evil␛"), true);
    if (!("group" in changes)) {
      // Where the cells of a column begin, counted in cells: a wide character is one text and an empty one.
      const at = (y: number, text: string) =>
        canvas.texts.slice(y * 200, (y + 1) * 200).join("|").split(text)[0].split("|").length;
      const [a, b] = [at(3, "1|.|1|.|1|.|1"), at(4, "1|.|1|.|1|.|1")];
      strictEqual(a, b);
      ok(title.includes("CONTAINER") && outside.includes("outside"));
    }
    for (let y = 0; y < 50; y++) ok(canvas.texts.slice(y * 200, (y + 1) * 200).length === 200);
    // deno-lint-ignore no-control-regex
    strictEqual(/[\x00-\x1f]/.test(canvas.texts.join("")), false);
  }
});
