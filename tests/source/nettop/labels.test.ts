import { notStrictEqual, strictEqual } from "node:assert/strict";
import { LabelMemory } from "../../../src/source/nettop/labels.ts";

const LABEL = "tcp4 192.0.2.1:50000<->198.51.100.1:443";

Deno.test("LabelMemory.read() remembers a label as long as each frame has it", () => {
  const labels = new LabelMemory(), first = labels.read(LABEL);
  strictEqual(first.kind, "connection");
  for (let frame = 0; frame < 3; frame++) {
    labels.turn();
    strictEqual(labels.read(LABEL), first);
  }
});

Deno.test("LabelMemory.turn() forgets a label that a whole frame was without", () => {
  const labels = new LabelMemory(), first = labels.read(LABEL);
  labels.turn();
  labels.turn();
  notStrictEqual(labels.read(LABEL), first);
});
