import { strictEqual } from "node:assert/strict";
import { Unknown } from "../../src/flow/columns.ts";
import { fakeSample, NOW_NS } from "../view/fake_sample.ts";
import { scene } from "./scene.ts";

Deno.test("ScreenModel.draw() says of a flow that it is older than tcptop only where that is known", () => {
  const model = scene(120, 30, 0, { details: true });
  const age = (unknown: number) => {
    model.take(fakeSample([{ process: "one", protocol: "udp", unknown }], { timeNs: NOW_NS + 100e9 }));
    const canvas = model.draw(), all = Array.from({ length: 30 }, (_, y) => canvas.line(y)).join("\n");
    return /\bage +(\S+ \S+)/.exec(all)?.[1];
  };
  strictEqual(age(0), "longer than");
  strictEqual(age(Unknown.bytes | Unknown.age), "not known");
});
