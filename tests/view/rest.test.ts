import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { columnById } from "../../src/view/column.ts";
import type { ScreenState } from "../../src/view/screen/state.ts";
import { ScreenModel } from "../../src/view/screen/model.ts";
import { state } from "../render/scene.ts";
import { type FakeFlow, fakeSample, NOW_NS } from "./fake_sample.ts";

const S = 1e9, IDLE: FakeFlow = { process: "sshd", ageMs: 3 * 86_400_000 + 17_000 };
const LONGEST_NS = 60 * S;

/** A screen of so many columns that has shown a second of each of these. */
function shown(columns: number, samples: readonly FakeFlow[][], changes: Partial<ScreenState> = {}): ScreenModel {
  const model = new ScreenModel({ ...state(columns, 24), ...changes });
  samples.forEach((flows, i) => {
    model.take(fakeSample(flows, { number: i + 1, timeNs: NOW_NS + i * S, opened: 0, closed: 0, failed: 0 }));
    model.draw();
  });
  return model;
}

/** What it says in the end, from the last sample on; 0: the next one is needed. */
function rests(
  columns: number,
  samples: readonly FakeFlow[][],
  keys: readonly string[] = [],
  changes: Partial<ScreenState> = {},
): number {
  const model = shown(columns, samples, changes);
  for (const key of keys) model.input({ type: "key", key });
  model.draw();
  const { restsUntilNs } = model;
  return restsUntilNs === 0 ? 0 : restsUntilNs - (NOW_NS + (samples.length - 1) * S);
}

Deno.test("a screen on which nothing moves needs no sample for a minute", () => {
  deepStrictEqual([rests(80, [[IDLE]]), rests(80, [[]]), rests(120, [[IDLE], [IDLE]])], Array(3).fill(LONGEST_NS));
});

Deno.test("a screen needs each sample while something moves, opens or ends", () => {
  strictEqual(rests(80, [[{ ...IDLE, rxDelta: 1 }]]), 0);
  strictEqual(rests(80, [[{ ...IDLE, ageMs: 2000 }]]), 0);
  strictEqual(rests(80, [[{ ...IDLE, closed: true }], []]), 0);
});

Deno.test("a screen needs a sample when the bars in its head move on", () => {
  const moved = rests(80, [[{ ...IDLE, rxDelta: 5000 }], [IDLE]]);
  strictEqual(moved > 0 && moved < LONGEST_NS, true);
});

Deno.test("a screen needs each sample while it shows what changes with time alone", () => {
  for (const keys of [["enter"], [" "], ["?"], ["s"], ["v"], ["/"]]) {
    strictEqual(rests(80, [[IDLE]], keys), 0, keys.join(" "));
  }
});

Deno.test("a screen needs each sample where the filter asks how old flows are, and none for a word that only looks like it", () => {
  const typed = (filter: string) => rests(80, [[{ ...IDLE, process: "storage" }]], ["/", ...filter, "enter"]);
  for (const filter of ["age>4d", "idle>20s", "AGE<10s", "not age<=1h", "udp or (storage idle!=0)"]) {
    strictEqual(typed(filter), 0, filter);
  }
  for (const filter of ["storage", "process:idle", '"age>4d"', "limited:idle", "rtt>50ms"]) {
    strictEqual(typed(filter), LONGEST_NS, filter);
  }
});

Deno.test("a screen with the age of flows needs no sample, and tells when one of them is an hour, a minute or a second older", () => {
  const wide = 250;
  const moves = (flows: FakeFlow[], columns = wide) => shown(columns, [flows]).agesMoveNs - NOW_NS;
  const [young, hours] = [17_400, 3 * 3_600_000 + 17_000].map((ageMs): FakeFlow => ({ ...IDLE, ageMs }));
  deepStrictEqual([rests(wide, [[IDLE]]), rests(wide, [[IDLE, young]])], [LONGEST_NS, LONGEST_NS]);
  deepStrictEqual([moves([IDLE]), moves([hours]), moves([IDLE, young, hours])], [3583 * S, 43 * S, 0.6 * S]);
  deepStrictEqual([moves([]), moves([young], 80)], [Infinity, Infinity]);
});

Deno.test("a screen that rests shows ages as of later, nothing else, and what comes next as it is", () => {
  const young = { ...IDLE, ageMs: 3_598_400 }, model = shown(250, [[young]]);
  const line = () => {
    const canvas = model.draw();
    return Array.from({ length: canvas.rows }, (_, y) => canvas.line(y)).find((text) => text.includes("sshd"))!;
  };
  const before = line();
  strictEqual(before.includes("59m58s"), true);
  model.age(NOW_NS + 0.5 * S);
  strictEqual(line(), before);
  strictEqual(model.agesMoveNs, NOW_NS + 0.6 * S);
  model.age(NOW_NS + 1.7 * S);
  strictEqual(line(), before.replace("59m58s", " 1h00m"));
  strictEqual(model.agesMoveNs, NOW_NS + 61.6 * S);
  model.take(fakeSample([young], { number: 2, timeNs: NOW_NS + S }));
  strictEqual(line(), before.replace("59m58s", "59m59s"));
  model.input({ type: "key", key: " " });
  model.age(NOW_NS + 5 * S);
  strictEqual(line(), before.replace("59m58s", "59m59s"), "not while it is frozen");
});

Deno.test("a screen with groups needs each sample where one has an age, and whatever flows are chosen by none", () => {
  const columns = ["rx", "age"].map((id) => columnById(id)!), group = "process";
  const needs = [rests(80, [[IDLE]], [], { shown: columns, group }), rests(80, [[IDLE]], [], { group })];
  deepStrictEqual(needs, [0, LONGEST_NS]);
  strictEqual(rests(80, [[{ ...IDLE, process: "storage" }]], ["/", ..."storage", "enter"]), LONGEST_NS);
});

Deno.test("a screen needs each sample while the column HISTORY has a bar", () => {
  const before = Array.from({ length: 3 }, () => [{ ...IDLE, rxDelta: 5000, inside: true, loopback: true }]);
  const later = Array.from({ length: 20 }, () => [IDLE]), much = Array.from({ length: 240 }, () => [IDLE]);
  deepStrictEqual([rests(160, [...before, ...later]), rests(160, [...before, ...much])], [0, LONGEST_NS]);
});
