import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Memory } from "../../src/app/history/memory.ts";
import { Past } from "../../src/app/history/past.ts";
import { type FlowArrays, unpackFlows } from "../../src/flow/columns.ts";
import type { Sample } from "../../src/flow/sample.ts";
import type { PackedSample } from "../../src/flow/tables.ts";
import type { Moment } from "../../src/view/screen/moment.ts";
import { ScreenModel } from "../../src/view/screen/model.ts";
import { lived } from "../app/history/life.ts";
import { fakeSample } from "../view/fake_sample.ts";
import { state } from "./scene.ts";

/** Of the head, which has a time line in the past, and of the foot, which has other keys. */
const HEAD = 2, FOOT = 1;
const SAMPLES = 71, AGO = 30;

const press = (model: ScreenModel, keys: string) => [...keys].forEach((key) => model.input({ type: "key", key }));

/** Its arrays are used again by who gave it. */
function shown(sample: PackedSample, flows: FlowArrays): Sample {
  return { ...fakeSample([]), ...sample, health: { ...sample.health, recordsInvalid: 0 }, flows };
}

/** All cells, with their colours, but for head and foot. */
function table(model: ScreenModel): string[] {
  const { texts, styles, columns, rows } = model.draw(), cells = [...texts].map((text, i) => `${text}/${styles[i]}`);
  return Array.from(
    { length: rows - HEAD - FOOT },
    (_, i) => cells.slice((HEAD + i) * columns, (HEAD + i + 1) * columns).join(" "),
  );
}

Deno.test("half a minute ago every view is the one that a screen has which was frozen then", () => {
  // Groups, other columns, order, filter, all: each key changes what is shown.
  const views = ["", "g", "r>", "ua"];
  for (const [columns, rows] of [[80, 24], [160, 50]]) {
    const frozen = views.map(() => new ScreenModel({ ...state(columns, rows), historyMs: 600_000 })),
      later = views.map(() => new ScreenModel({ ...state(columns, rows), historyMs: 600_000 }));
    const memory = new Memory(600_000);
    let taken = 0;
    const was = lived(SAMPLES, memory, (sample, flows) => {
      for (const [i, view] of views.entries()) {
        for (const model of [frozen[i], later[i]]) model.take(shown(sample, flows));
        if (taken !== SAMPLES - 1 - AGO) continue;
        frozen[i].draw();
        press(frozen[i], view + " ");
      }
      taken++;
    });
    const past = new Past(memory), found = past.look(was.at(-1)!.timeNs, { samples: -AGO, ms: 0 });
    ok(found !== null && "sample" in found);
    strictEqual(found.sample.number, SAMPLES - 1 - AGO);
    const flows = unpackFlows(found.sample.flows, found.sample.length);
    for (const [i, view] of views.entries()) {
      const moment: Moment = { sample: shown(found.sample, flows), ended: found.ended, extent: memory.extent! };
      later[i].moment(moment);
      press(later[i], view);
      deepStrictEqual(table(later[i]), table(frozen[i]), `${columns} ${view}`);
      // A key that goes back has led to the same moment.
      press(later[i], "j");
      strictEqual(later[i].state.notice, null);
      later[i].moment(moment);
      strictEqual(later[i].state.notice, "nothing is known from before this");
    }
  }
});
