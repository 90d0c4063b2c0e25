/** What the screen shows of what connections wait for. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { theme } from "../../src/render/theme.ts";
import { type Canvas, Role } from "../../src/view/canvas.ts";
import { columnById } from "../../src/view/column.ts";
import { ScreenModel } from "../../src/view/screen/model.ts";
import type { ScreenState } from "../../src/view/screen/state.ts";
import { limitRole } from "../../src/view/limit.ts";
import { PARTS } from "../../src/view/waits.ts";
import { type FakeFlow, fakeSample, NOW_NS } from "../view/fake_sample.ts";
import { state } from "./scene.ts";

const lines = (canvas: Canvas) => Array.from({ length: canvas.rows }, (_, y) => canvas.line(y));
const FLOWS: readonly FakeFlow[] = [
  { process: "web", limit: "peer_window", busyMs: 1000, peerWindowMs: 830, txDelta: 900 },
  { process: "web", limit: "idle", txDelta: 800 },
  { process: "job", limit: "reader", txDelta: 700 },
  { process: "job", limit: "network", busyMs: 1000, txDelta: 600 },
];

function modelOf(columns: number, rows: number, seconds = 1, changes: Partial<ScreenState> = {}): ScreenModel {
  const model = new ScreenModel({ ...state(columns, rows), ...changes });
  for (let i = 0; i < seconds; i++) {
    model.take(fakeSample(FLOWS, { number: 100 + i, timeNs: NOW_NS + (100 + i) * 1e9 }));
  }
  return model;
}

/** Role of the cell where the text begins. */
function roleOf(canvas: Canvas, text: string): Role {
  const y = lines(canvas).findIndex((line) => line.includes(text));
  return canvas.role(lines(canvas)[y].indexOf(text), y);
}

Deno.test("ScreenModel.draw() colours what a connection waits for", () => {
  const canvas = modelOf(140, 20).draw();
  strictEqual(roleOf(canvas, "peer window"), Role.peer);
  strictEqual(roleOf(canvas, "network"), Role.network);
  strictEqual(roleOf(canvas, "reader"), Role.warning);
  strictEqual(roleOf(canvas, "idle"), Role.dim);
});

Deno.test("theme() keeps the words of LIMIT apart with colour, and needs no blue or yellow for it", () => {
  const coloured = theme(true), looks = PARTS.map((part) => coloured(limitRole(part)));
  strictEqual(new Set(looks).size, PARTS.length);
  // deno-lint-ignore no-control-regex
  for (const look of looks) strictEqual(/[;\x1b\[](3|9)[34]m?/.test(look), false, look);
  for (const part of PARTS) strictEqual(/[34]\d/.test(theme(false)(limitRole(part))), false);
});

Deno.test("ScreenModel.draw() says of a group how many wait for what", () => {
  const canvas = modelOf(160, 20, 1, { group: "process" }).draw();
  match(lines(canvas).join("\n"), /web \(2\) .* 1 peer window 1 idle/);
  match(lines(canvas).join("\n"), /job \(2\) .* 1 reader 1 network/);
  strictEqual(roleOf(canvas, "1 reader"), Role.warning);
});

Deno.test("ScreenModel sorts by LIMIT with what one would look at first", () => {
  const model = modelOf(140, 20, 1, { sort: { column: columnById("limit")!, descending: false } });
  const words = lines(model.draw()).flatMap((line) => /peer window|idle|reader|network/.exec(line) ?? []);
  deepStrictEqual(words, ["reader", "peer window", "network", "idle"]);
});

Deno.test("ScreenModel.draw() leaves out what the source never tells, unless it is asked for", () => {
  const source = { tcp: "nettop", udp: "nettop", notes: [] }, first = fakeSample([{}], { number: 0, source });
  const titles = (shown?: readonly string[]) => {
    const columns = shown === undefined ? {} : { shown: shown.map((id) => columnById(id)!) };
    const model = new ScreenModel({ ...state(200, 20), ...columns });
    model.take(first);
    return model.draw().line(2);
  };
  strictEqual(/LIMIT|CWND|RETRANS/.test(titles()), false);
  match(titles(["process", "limit"]), /LIMIT/);
});

for (const [columns, rows] of [[80, 24], [120, 40], [200, 50]] as const) {
  Deno.test(`ScreenModel.draw() shows where the time went in the details at ${columns}x${rows}`, () => {
    const model = modelOf(columns, rows, 20, { details: true }), canvas = model.draw(), text = lines(canvas).join("\n");
    match(text, /Waits for the peer to read: its window was closed 83 % of the last 10 s\./);
    match(text, /time +[pn]+\n/);
    match(text, /p peer window 83 % {2}n network 17 % {2}of 20s/);
  });
}
