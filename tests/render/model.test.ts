import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Sample } from "../../src/flow/sample.ts";
import { SELECTED } from "../../src/view/canvas.ts";
import { columnById, HISTORY } from "../../src/view/column.ts";
import { menuColumns } from "../../src/view/screen/menu.ts";
import { ScreenModel } from "../../src/view/screen/model.ts";
import { type FakeFlow, fakeSample, NOW_NS } from "../view/fake_sample.ts";
import { scene } from "./scene.ts";

const at = (number: number) => ({ number, timeNs: NOW_NS + number * 1e9 });
const press = (model: ScreenModel, ...keys: string[]) => keys.forEach((key) => model.input({ type: "key", key }));

/** Twenty flows with the given rates; the rate is in the name too. */
function rates(...rates: number[]): FakeFlow[] {
  return rates.map((rxDelta, i) => ({ cookie: i + 1, process: `p${i + 1}`, rxDelta }));
}

/** Keys are meant for what has been drawn. */
function show(model: ScreenModel, sample: Sample): void {
  model.take(sample);
  model.draw();
}

function modelOf(...flows: FakeFlow[][]): ScreenModel {
  const model = scene(80, 12, 0);
  flows.forEach((flows, i) => show(model, fakeSample(flows, at(100 + i))));
  return model;
}

/** Names of the processes in the table, from the top; the one under the cursor in brackets. */
function names(model: ScreenModel): string {
  const canvas = model.draw(), { index, top } = model.state;
  return Array.from({ length: canvas.rows - 4 }, (_, i) => {
    const name = canvas.line(3 + i).slice(1, 15).trim();
    return top + i === index ? `[${name}]` : name;
  }).filter((name) => name !== "").join(" ");
}

Deno.test("ScreenModel keeps the cursor on its flow, and the flow on its line", () => {
  const model = modelOf(rates(900, 800, 700, 600));
  press(model, "down", "down");
  strictEqual(names(model), "p1 p2 [p3] p4");
  model.take(fakeSample(rates(900, 800, 1000, 600), at(101)));
  strictEqual(names(model), "[p3] p1 p2 p4");
  model.take(fakeSample(rates(900, 800, 100, 600), at(102)));
  strictEqual(names(model), "p1 p2 p4 [p3]");
});

Deno.test("ScreenModel takes a key for what is seen, though a sample has come since", () => {
  const model = modelOf(rates(900, 800, 700));
  model.take(fakeSample(rates(900, 800, 1000), at(101)));
  press(model, "down");
  strictEqual(names(model), "p3 p1 [p2]");
  model.take(fakeSample(rates(5, 4, 3, 6), at(102)));
  press(model, " ");
  strictEqual(names(model), "p3 p1 [p2]", "frozen as it was seen");
  press(model, " ");
  strictEqual(names(model), "p4 p1 [p2] p3");
});

Deno.test("ScreenModel remembers of each line what each sample had, though frames are fewer", () => {
  const [each, last] = [scene(200, 12, 0), scene(200, 12, 0)];
  for (let i = 0; i < 7; i++) {
    const sample = fakeSample(rates(i % 3 * 2 ** 20, 4), at(100 + i));
    show(each, sample);
    last.take(sample);
  }
  strictEqual(last.draw().line(3), each.draw().line(3));
  strictEqual(/[\u2581-\u2588]{3}/.test(last.draw().line(3)), true);
});

Deno.test("ScreenModel scrolls around a flow whose rank changes", () => {
  const many = Array.from({ length: 40 }, (_, i) => 4000 - i * 10), model = modelOf(rates(...many));
  press(model, "down", "down", "down");
  strictEqual(names(model), "p1 p2 p3 [p4] p5 p6 p7 p8");
  many[3] = 3795;
  model.take(fakeSample(rates(...many), at(101)));
  strictEqual(names(model), "p19 p20 p21 [p4] p22 p23 p24 p25");
});

Deno.test("ScreenModel keeps the cursor on a flow, or in a group, that the limit would cut off", () => {
  for (
    const [keys, moved] of [[["down"], "p1 [p2] p3"], [["g", "down", "enter"], "p1 (1) [p2 (1)] p2 p3 (1)"]] as const
  ) {
    const model = scene(80, 14, 0, { limit: 3 }), shown = () => model.draw().line(model.draw().rows - 1);
    show(model, fakeSample(rates(900, 800, 700, 600), at(100)));
    press(model, ...keys);
    strictEqual(names(model), moved);
    model.take(fakeSample(rates(900, 0, 700, 600), at(101)));
    strictEqual(names(model).includes("[p2"), true);
    strictEqual(shown().includes("top 3 of 4 "), true);
    press(model, "home");
    model.take(fakeSample(rates(900, 0, 700, 600), at(102)));
    strictEqual(names(model).includes("p2"), false);
  }
});

Deno.test("ScreenModel says that what was under the cursor has gone, until the next key", () => {
  const model = modelOf(rates(900, 800, 700)), last = () => model.draw().line(11);
  const said = () => last().startsWith(" what was under the cursor is not here, this is another ");
  press(model, "down", "enter");
  model.take(fakeSample(rates(900, 800, 700), at(101)));
  strictEqual(said(), false);
  model.take(fakeSample(rates(900, 800, 700).filter(({ cookie }) => cookie !== 2), at(102)));
  strictEqual(said(), true);
  press(model, "escape");
  strictEqual(names(model), "p1 [p3]");
  strictEqual(said(), false);
  press(model, "home");
  model.take(fakeSample(rates(900, 800, 700).filter(({ cookie }) => cookie !== 1), at(103)));
  strictEqual(said(), false);
});

Deno.test("ScreenModel leaves the cursor on the first line until it is moved", () => {
  const model = modelOf(rates(1, 2, 3));
  strictEqual(names(model), "[p3] p2 p1");
  model.take(fakeSample(rates(5, 2, 3), at(101)));
  strictEqual(names(model), "[p1] p3 p2");
});

Deno.test("ScreenModel dims what has ended for 5 s and then forgets it", () => {
  const model = modelOf([...rates(9, 8), { cookie: 7, process: "gone", closed: true, rxDelta: 5 }]);
  strictEqual(names(model), "[p1] p2 gone");
  strictEqual(model.draw().line(5).startsWith("×gone"), true);
  for (const [seconds, shown] of [[3, "[p1] p2 gone"], [5, "[p1] p2 gone"], [6, "[p1] p2"]] as const) {
    model.take(fakeSample(rates(9, 8), at(100 + seconds)));
    strictEqual(names(model), shown);
  }
});

Deno.test("ScreenModel begins anew where a recording goes on from a time before", () => {
  const model = modelOf(rates(9), [...rates(9), { cookie: 7, process: "gone", closed: true }]);
  strictEqual(names(model), "[p1] gone");
  model.take(fakeSample(rates(9, 8), { ...at(50), wallMs: Date.UTC(2026, 0, 2, 3, 3) }));
  strictEqual(names(model), "[p1] p2");
});

Deno.test("ScreenModel shows one picture while it is frozen, and the present after", () => {
  const model = modelOf(rates(1, 2));
  press(model, " ");
  model.take(fakeSample(rates(7, 2, 9), at(101)));
  strictEqual(names(model), "[p2] p1");
  strictEqual(model.draw().line(0).includes("FROZEN"), true);
  press(model, " ");
  strictEqual(names(model), "[p3] p1 p2");
});

Deno.test("ScreenModel filters with every key, goes back with Escape, and keeps with Enter", () => {
  const model = modelOf([...rates(1, 2), { cookie: 9, process: "curl", rttUs: 90000, rxDelta: 3 }]);
  press(model, "/", ..."curl");
  strictEqual(names(model), "[curl]");
  press(model, "escape");
  strictEqual(names(model), "[curl] p2 p1");
  press(model, "/", ..."rtt>1");
  strictEqual(names(model), "[curl] p2 p1");
  strictEqual(model.draw().line(11).includes("needs its unit"), true);
  press(model, "enter");
  strictEqual(model.state.mode.kind, "prompt");
  press(model, ..."0ms", "enter");
  strictEqual(names(model), "[curl]");
  strictEqual(model.draw().line(11).startsWith(" filter rtt>10ms "), true);
  press(model, "/", "ctrl-u", "enter");
  strictEqual(names(model), "[curl] p2 p1");
});

Deno.test("ScreenModel leads from the filter that is typed to those that were kept before, and back to it", () => {
  const model = modelOf([...rates(1, 2), { cookie: 9, process: "curl", rxDelta: 3 }]),
    last = () => model.draw().line(11);
  const typed = (keys: string[]) => {
    press(model, ...keys);
    return /^filter: (\S*)/.exec(last())![1];
  };
  for (const text of ["p1", "nobody", "curl", "p1"]) press(model, "/", "ctrl-u", ...text, "enter");
  press(model, "/", "ctrl-u", ..."given-up", "escape");
  strictEqual(last().startsWith(" filter p1 "), true);
  press(model, "/", "backspace");
  strictEqual(typed(["up"]), "p1");
  strictEqual(typed(["ctrl-p"]), "curl");
  strictEqual(names(model), "[curl]");
  strictEqual(typed(["up"]), "nobody");
  strictEqual(typed(["up"]), "nobody");
  strictEqual(last().endsWith("no older filter"), true);
  strictEqual(typed(["ctrl-n", "down"]), "p1");
  strictEqual(typed(["down"]), "p");
  strictEqual(last().includes("2 match"), true);
  strictEqual(typed(["down"]), "p");
  strictEqual(last().endsWith("no newer filter"), true);
  // What is made of one is typed: the one itself stays as it was.
  strictEqual(typed(["up", "up", "backspace", "1"]), "cur1");
  strictEqual(typed(["up", "up", "down", "down"]), "cur1");
  press(model, "up", "up", "enter");
  strictEqual(last().startsWith(" filter curl "), true);
  press(model, "/");
  strictEqual(typed(["up"]), "p1");
  press(model, "escape");
  strictEqual(last().startsWith(" filter curl "), true);
});

Deno.test("ScreenModel leads back to the filter of the command line, and goes on from one that is not finished", () => {
  const model = scene(80, 12, 0, { filterText: "curl" }), last = () => model.draw().line(11);
  press(model, "/", "ctrl-u", ..."rtt>1");
  strictEqual(last().includes("needs its unit"), true);
  press(model, "up");
  strictEqual(last().startsWith("filter: curl "), true);
  strictEqual(last().includes("enter keeps"), true);
  press(model, "down");
  strictEqual(/^filter: rtt>1 .*needs its unit/.test(last()), true);
});

Deno.test("ScreenModel shows a rate in the head whole or not at all, however narrow the terminal is, and both before its own name", () => {
  const RATE = /[↓↑] +[\d.]+ ([kKMG]i?)?(B|bit)\/s( |$)/g;
  for (const changes of [{}, { bits: true }, { allowKill: true }, { replay: true, paused: true }]) {
    const model = scene(80, 12, 0, changes);
    press(model, " ");
    for (let columns = 4; columns <= 100; columns++) {
      model.resize(columns, 12);
      const head = model.draw().line(0), rates = head.match(RATE) ?? [];
      strictEqual(rates.length, head.match(/[↓↑]/g)?.length ?? 0, head);
      if (columns >= 46) strictEqual(rates.length, 2, head);
      if (head.includes("tcptop")) strictEqual(rates.length, 2, head);
    }
  }
});

Deno.test("ScreenModel goes back in the help at once, however often it was to go on at its end", () => {
  const model = scene(80, 24, 0), last = () => model.draw().line(23);
  press(model, "?", ...new Array(40).fill("pagedown"));
  strictEqual(last().includes(" more line"), false);
  press(model, "up");
  strictEqual(last().includes(" 1 more line "), true);
  press(model, "end", "home");
  strictEqual(model.draw().line(1).startsWith("│ Keys"), true);
});

Deno.test("ScreenModel has a key, what it did, or how much there is in the last line of a narrow terminal", () => {
  const model = scene(20, 5, 60), last = () => model.draw().line(4);
  strictEqual(last(), " q quit  ? help");
  press(model, "B");
  strictEqual(last(), " rates in bits");
  press(model, "u", "j");
  strictEqual(last(), " only UDP   1 flow");
});

Deno.test("ScreenModel names what is to be ended before it tells of keys that do not end it", () => {
  const model = scene(200, 12, 0, { allowKill: true }), last = () => model.draw().line(11);
  press(model, "K");
  strictEqual(
    last(),
    "End firefox[4194304] tcp 10.0.0.2:51812 -> 93.184.216.34:443? y ends it · any other key does not",
  );
  model.resize(80, 12);
  strictEqual(last(), "End firefox[4194304] tcp 10.0.0.2:51812 -> 93.184.216.34:443? y ends it");
  model.resize(24, 12);
  strictEqual(last(), "End firefox[… y ends it");
});

Deno.test("ScreenModel says of hosts that none is heard, and where a connection of one can be ended", () => {
  const model = scene(80, 12, 0, { many: true }), source = { tcp: null, udp: null, notes: [], many: true };
  press(model, "K");
  strictEqual(model.state.notice, "on its host tcptop --allow-kill ends it");
  model.take(fakeSample([], { ...at(100), source }));
  strictEqual(model.draw().line(4), "  No host is heard.");
  model.take(fakeSample([], { ...at(101), source: { ...source, tcp: "bpf" } }));
  strictEqual(model.draw().line(4), "  No connections.");
});

Deno.test("ScreenModel says of conditions that they hold now where a moment of the past is shown", () => {
  const model = scene(80, 12, 0), sample = fakeSample(rates(9), at(50)), { timeNs } = sample;
  model.holds(["flows>5: 24 flows"]);
  strictEqual(model.draw().line(2), "! flows>5: 24 flows");
  model.moment({ sample, ended: [], extent: { oldestNs: timeNs, newestNs: NOW_NS, thinBeforeNs: null } });
  strictEqual(model.draw().line(2), "! now flows>5: 24 flows");
});

Deno.test("ScreenModel ends nothing of the past, and does not say of it that it has ended", () => {
  const model = scene(80, 12, 0, { allowKill: true }), sample = fakeSample(rates(9), at(50)), { timeNs } = sample;
  model.moment({ sample, ended: [], extent: { oldestNs: timeNs, newestNs: NOW_NS, thinBeforeNs: null } });
  press(model, "K");
  deepStrictEqual([model.state.mode.kind, model.state.notice], ["table", "this is the past, ) leads to now"]);
});

Deno.test("ScreenModel has a sign where the filter that is typed goes on beyond what is seen of it", () => {
  const model = scene(40, 12, 0), last = () => model.draw().line(11);
  press(model, "/", ..."process:firefox or process:sshd");
  strictEqual(/^filter: ….*sshd /.test(last()), true, last());
  press(model, "home");
  strictEqual(/^filter: process:fir.*… /.test(last()), true, last());
});

Deno.test("ScreenModel edits the filter by characters, however many units of UTF-16 they have", () => {
  const model = scene(80, 12, 0), text = () => model.state.mode.kind === "prompt" ? model.state.mode.text : null;
  press(model, "/", ..."🦕🦕🦕 b🦕c  ", "ctrl-w");
  strictEqual(text(), "🦕🦕🦕 ");
  press(model, ..."x y", "left", "ctrl-w");
  strictEqual(text(), "🦕🦕🦕 y");
  press(model, "home", "delete", "right", "backspace", "right", "ctrl-k");
  strictEqual(text(), "🦕");
  press(model, "ctrl-u", " ", " ", "ctrl-w");
  strictEqual(text(), "");
  press(
    model,
    ..."ab 🦕 cd",
    "wordleft",
    "wordleft",
    "x",
    "home",
    "wordright",
    "y",
    "wordright",
    "z",
    "end",
    "wordright",
    "!",
  );
  strictEqual(text(), "aby x🦕z cd!");
  press(model, "escape", "g", "wordright");
  strictEqual(model.state.expanded.size, 1);
});

Deno.test("ScreenModel says of a key that it does nothing, and knows the function keys of htop, and those of less that move", () => {
  const model = scene(80, 24, 0), last = () => model.draw().line(23), before = { ...model.state };
  for (
    const [key, said] of [["n", "n"], ["ctrl-t", "^T"], ["ctrl-`", "^@"], ["ctrl-\x7f", "^_"], ["f2", "F2"], [
      "tab",
      "tab",
    ]]
  ) {
    press(model, key);
    strictEqual(last().startsWith(` ${said} does nothing, ? has the keys `), true, last());
    deepStrictEqual({ ...model.state, notice: null }, before);
  }
  for (const [key, kind] of [["f1", "help"], ["f3", "prompt"], ["f6", "sort"]]) {
    press(model, key);
    strictEqual(model.state.mode.kind, kind);
    press(model, "escape");
  }
  const many = modelOf(rates(...new Array(40).fill(9)));
  for (const [key, index] of [["G", 39], ["ctrl-b", 32], ["ctrl-u", 25], ["ctrl-f", 32], ["ctrl-d", 39]] as const) {
    press(many, key);
    strictEqual(many.state.index, index, key);
  }
  press(model, "s", "x");
  strictEqual(last().startsWith(" x does nothing here "), true, last());
  press(model, "escape", "c", "f2");
  strictEqual(last().startsWith(" F2 does nothing here "), true, last());
  const columns = menuColumns("columns", model.state);
  press(model, ...columns.flatMap((column) => model.state.shown.includes(column) ? [" ", "down"] : ["down"]));
  press(model, "home", ...new Array(columns.indexOf(model.state.shown[0])).fill("down"), " ");
  deepStrictEqual([model.state.shown.length, model.state.notice], [1, "one column stays"]);
  press(model, "escape", "/", ..."nobody", "enter", "enter");
  strictEqual(last().startsWith(" nothing is under the cursor "), true, last());
  press(model, "f10");
  strictEqual(model.state.wish, "quit");
});

Deno.test("ScreenModel opens the list of sort columns on the one in use, wherever that is in the table", () => {
  for (const id of ["rate", "age", "minrtt", "rtt"]) {
    const model = scene(80, 24, 0, { sort: { column: columnById(id)!, descending: true } });
    press(model, "s");
    const canvas = model.draw(), { mode } = model.state;
    strictEqual(mode.kind === "sort" && menuColumns("sort", model.state)[mode.index].id, id);
    const line = Array.from({ length: 24 }, (_, y) => y).find((y) => canvas.styles[y * 80 + 60] & SELECTED && y > 3)!;
    if (id !== "rate") strictEqual(canvas.line(line).includes(`▼ ${id} `), true);
  }
});

Deno.test("ScreenModel says where a list goes on, and moves in it by pages, the wheel and clicks", () => {
  const model = scene(80, 12, 0), line = (y: number) => model.draw().line(y).slice(54, 78);
  const wheel = (action: "wheelup" | "wheeldown") => model.input({ type: "mouse", action, x: 60, y: 4 });
  press(model, "s");
  deepStrictEqual([line(1), line(10)], ["┌─ sort by ────────────┐", "└ r reverse, enter ──↓─┘"]);
  press(model, "pagedown");
  deepStrictEqual([line(1).includes("↑"), line(10).includes("↓"), model.state.sort.column.id], [true, true, "rx/s"]);
  wheel("wheeldown");
  strictEqual(model.state.sort.column.id, "tx/s");
  press(model, "end");
  deepStrictEqual([line(1).includes("↑"), line(10).includes("↓")], [true, false]);
  press(model, "escape", "c");
  model.input({ type: "mouse", action: "press", x: 60, y: 4 });
  strictEqual(model.state.shown.some(({ id }) => id === "pid"), false);
  model.input({ type: "mouse", action: "press", x: 10, y: 4 });
  strictEqual(model.state.mode.kind, "table");
});

Deno.test("ScreenModel shows the line under the cursor of a list on a terminal of few lines too, and takes a click on it", () => {
  for (let rows = 1; rows <= 7; rows++) {
    const model = scene(80, rows, 0), all = () => Array.from({ length: rows }, (_, y) => model.draw().line(y));
    press(model, "s", "down");
    const { id } = model.state.sort.column, y = all().findIndex((line) => line.includes(` ▲ ${id} `));
    strictEqual(y >= 0, true, `${rows}: ${all().join("|")}`);
    press(model, "enter", "c");
    const at = all().findIndex((line) => line.includes(" [x] process "));
    model.input({ type: "mouse", action: "press", x: 60, y: at });
    strictEqual(all().some((line) => line.includes(" [ ] process ")), true, `${rows}: ${all().join("|")}`);
  }
});

Deno.test("ScreenModel says of a column that is chosen, or sorted by, why it stays empty", () => {
  const model = scene(120, 24, 0), said = () => model.draw().line(23);
  const at = menuColumns("columns", model.state).findIndex(({ id }) => id === "command");
  press(model, "c", ...new Array(at).fill("down"), " ");
  const sentence = " COMMAND stays empty: command lines are not read, start with --command ";
  strictEqual(said().startsWith(sentence), true, said());
  press(model, " ");
  strictEqual(said().includes("stays empty"), false);
  press(model, "escape", "s", "end");
  strictEqual(said().startsWith(sentence), true, said());
  press(model, "up");
  strictEqual(said().includes("stays empty"), false);
});

Deno.test("ScreenModel sorts by the columns that the table has, one after the other", () => {
  const by = (model: ScreenModel, key: string) => (press(model, key), model.state.sort.column.id);
  const aged = scene(80, 24, 0, { sort: { column: columnById("minrtt")!, descending: true } });
  deepStrictEqual([by(aged, ">"), by(aged, "<"), by(aged, "<")], ["age", "cwnd", "limit"]);
  const groups = scene(120, 24, 0, { group: "port" });
  deepStrictEqual([by(groups, ">"), by(groups, ">"), by(groups, "<"), by(groups, "<"), by(groups, ">")], [
    "port",
    "pid",
    "port",
    "rate",
    "port",
  ]);
  strictEqual(by(groups, "g"), "rate");
});

Deno.test("ScreenModel says that a recording is at its end until it goes on, and that its interval stays as it is", () => {
  const model = scene(120, 12, 0, { replay: true, historyMs: 60_000 }), head = () => model.draw().line(0);
  const foot = () => model.draw().line(11);
  strictEqual(/ ×1$/.test(head()) && foot().includes("pause"), true, foot());
  // In ASCII × is a dash, and no speed is below zero.
  const ascii = scene(120, 12, 0, { replay: true, ascii: true, speed: 0.5 });
  strictEqual(/ x1\/2$/.test(ascii.draw().line(0)) && ascii.draw().line(11).includes(" speed x1/2 "), true);
  press(model, "+");
  strictEqual(foot().startsWith(" a recording has the interval it was made with; , . change the speed "), true);
  strictEqual(model.state.intervalMs, 1000);
  model.end();
  for (const key of ["]", "}", ")", " "]) {
    press(model, key);
    strictEqual(foot().startsWith(" this is the end, [ { ( lead back "), true, foot());
    strictEqual(model.state.skip, null);
  }
  strictEqual(head().endsWith("  END") && !foot().includes("pause") && !model.state.paused, true, head());
  model.take(fakeSample(rates(1), at(200)));
  strictEqual(head().endsWith(" ×1"), true);
});

Deno.test("ScreenModel names what Enter does to a group, and goes from a flow to its group, and closes that", () => {
  const model = modelOf(rates(900, 800)), hint = () => /(?:⏎|enter) (\w+)/.exec(model.draw().line(11))?.[1];
  strictEqual(hint(), "details");
  press(model, "g", "j", "k");
  strictEqual(hint(), "open");
  press(model, "right");
  strictEqual(hint(), "close");
  press(model, "down");
  strictEqual(hint(), "details");
  press(model, "left");
  strictEqual(names(model), "[p1 (1)] p1 p2 (1)");
  press(model, "left");
  strictEqual(names(model), "[p1 (1)] p2 (1)");
});

Deno.test("ScreenModel has the count of a group whole, and of a long name the part that tells most", () => {
  const flows = [1, 2].map((i): FakeFlow => ({ cookie: i, process: "Web Content x", remote: ["192.0.2.9", 443] }));
  const model = scene(80, 12, 0, { group: "remote" }), label = (y: number) => model.draw().line(y).slice(1, 30).trim();
  model.take(fakeSample(flows, at(100)));
  for (let cells = 10; cells < 40; cells++) {
    const name = `${"x".repeat(cells - 4)}.org`;
    model.name(new Map([["192.0.2.9", name]]));
    strictEqual(/^(x+|…x+)\.org \(2\)( |$)/.test(label(3)), true, label(3));
  }
  press(model, "enter");
  strictEqual(label(4).startsWith("Web Content x"), true, label(4));
});

Deno.test("ScreenModel says what a and b do where nothing else shows it", () => {
  const model = scene(120, 12, 0), said = (key: string) => (press(model, key), model.state.notice);
  deepStrictEqual([said("a"), said("a")], ["all, not the top ones alone", "the top 50"]);
  deepStrictEqual([said("b"), said("b")], ["each end is a row", "both ends are one row"]);
  press(model, "g");
  strictEqual(said("b"), "each end is a row, but in groups");
  const all = scene(120, 12, 0, { limit: 0, all: true });
  press(all, "a");
  deepStrictEqual([all.state.notice, all.state.all], ["there is no limit (--limit 0)", true]);
});

Deno.test("ScreenModel says how many things that must be known there is no line for", () => {
  const notes = ["a", "b", "c", "d", "e"].map((message) => ({ code: message, message, remedy: null }));
  const model = scene(80, 24, 0), source = { tcp: "bpf", udp: "bpf", notes };
  model.take(fakeSample(rates(1), { ...at(100), source }));
  for (
    const [rows, told, untold] of [[24, 3, "! 2 without room"], [10, 0, "! 5 without room"], [8, 0, "! 5 without room"]]
  ) {
    model.resize(80, rows as number);
    const canvas = model.draw(), lines = Array.from({ length: canvas.rows }, (_, y) => canvas.line(y));
    strictEqual(lines.filter((line) => line.startsWith("! ")).length, told);
    strictEqual(lines[1].includes(untold as string), true, lines[1]);
  }
  for (const columns of [24, 32, 40, 60]) {
    model.resize(columns, 10);
    strictEqual(model.draw().line(1).includes("! 5 without room"), true, model.draw().line(1));
    strictEqual(model.draw().line(9).startsWith(" ! notes "), true, model.draw().line(9));
  }
  press(model, "!");
  deepStrictEqual([1, 2, 3, 4, 5].map((y) => model.draw().line(y).slice(2, 5)), ["! a", "! b", "! c", "! d", "! e"]);
  press(model, "escape");
  model.take(fakeSample(rates(1), { ...at(101), source: { ...source, notes: notes.slice(0, 3) } }));
  model.resize(80, 24);
  strictEqual(model.draw().line(1).includes("without room"), false);
  strictEqual(model.draw().line(23).includes("! notes"), false);
});

Deno.test("ScreenModel has what moves inside this machine in the head before what has no owner", () => {
  const local = ["127.0.0.1", 40001] as const, remote = ["127.0.0.1", 80] as const, model = scene(80, 12, 0);
  model.take(fakeSample([
    { process: "curl", local, remote, pair: 7, direction: "out", rxDelta: 10240, loopback: true },
    { process: "httpd", local: remote, remote: local, pair: 7, direction: "in", txDelta: 10240, loopback: true },
    { process: null, unknown: 0 },
  ], at(100)));
  strictEqual(/ inside 10\.0 KiB\/s +1 without owner/.test(model.draw().line(1)), true, model.draw().line(1));
});

Deno.test("ScreenModel shows groups where details were open, and what to do with one that the cursor comes to in them", () => {
  const model = scene(80, 24, 0), lines = () => Array.from({ length: 24 }, (_, y) => model.draw().line(y));
  model.take(fakeSample(rates(9, 8), at(100)));
  press(model, "enter", "g");
  strictEqual(lines().some((line) => line.startsWith("▸p1 (1)")), true);
  press(model, "enter", "down", "enter", "up");
  strictEqual(
    lines().includes("  p1 (1) is a group: enter opens and closes it, esc closes the details."),
    true,
    lines().join("\n"),
  );
});

Deno.test("ScreenModel says what is shown alone, TCP or UDP, beside the filter, and where nothing matches both", () => {
  const model = scene(90, 12, 0);
  press(model, "u", "/", ..."curl", "enter");
  strictEqual(model.draw().line(11).startsWith(" only UDP, filter curl "), true);
  strictEqual(model.draw().line(4), "  No UDP flow matches the filter. / changes it, u shows TCP and UDP.");
  press(model, "u", "u", "u", "j");
  strictEqual(model.draw().line(11).startsWith(" filter curl "), true);
  model.resize(40, 7);
  press(model, "/", ..."xyz", "enter");
  strictEqual(model.draw().line(3), "  Nothing matches the filter. / changes…");
});

Deno.test("ScreenModel takes a paste into the filter and nowhere else", () => {
  const model = modelOf(rates(1, 2));
  model.input({ type: "paste", text: "q" });
  deepStrictEqual([model.state.wish, model.state.notice], [null, "a paste goes into the filter: / opens it"]);
  press(model, "/");
  model.input({ type: "paste", text: "p1\nor  p9" });
  strictEqual(model.state.filterText, "p1 or p9");
  strictEqual(names(model), "[p1]");
  // A part of it would be another filter.
  model.input({ type: "paste", text: ` or pid:${"1".repeat(1000)}` });
  strictEqual(model.state.filterText, "p1 or p9");
  strictEqual(model.draw().line(11).endsWith(" no more than 1,000 characters: not added"), true, model.draw().line(11));
  press(model, "left");
  strictEqual(model.draw().line(11).includes("1 match"), true, model.draw().line(11));
});

Deno.test("ScreenModel shows the top ones or all", () => {
  const model = scene(80, 24, 100);
  strictEqual(model.draw().line(23).includes("top 50 of 109 flows"), true);
  press(model, "end");
  strictEqual(model.state.index, 49);
  press(model, "a", "end");
  strictEqual(model.draw().line(23).includes("109 flows"), true);
  strictEqual(model.state.index, 108);
});

Deno.test("ScreenModel opens groups with the mouse, and sorts by a click on a title", () => {
  const model = modelOf([{ cookie: 1, process: "a", rxDelta: 1 }, { cookie: 2, process: "b", rxDelta: 2 }]);
  press(model, "g");
  strictEqual(names(model), "[b (1)] a (1)");
  model.input({ type: "mouse", action: "press", x: 3, y: 4 });
  strictEqual(names(model), "b (1) [a (1)]");
  model.input({ type: "mouse", action: "press", x: 3, y: 4 });
  strictEqual(names(model), "b (1) [a (1)] a");
  model.input({ type: "mouse", action: "press", x: 3, y: 2 });
  strictEqual(names(model), "[a (1)] a b (1)");
});

Deno.test("ScreenModel asks for names and command lines of what it shows", () => {
  const model = modelOf([{ cookie: 1, pid: 17, remote: ["1.1.1.1", 443] }]);
  deepStrictEqual(new Set(model.wantedNames()), new Set(["1.1.1.1"]));
  strictEqual(model.wantedCommand(), null);
  press(model, "enter");
  const wanted = model.wantedCommand()!;
  deepStrictEqual([wanted.pid, wanted.startNs], [17, 0]);
  model.command(wanted, "curl https://one.one.one.one");
  strictEqual(model.wantedCommand(), null);
  const text = Array.from({ length: 12 }, (_, y) => model.draw().line(y)).join("\n");
  strictEqual(text.includes("curl https://one.one.one.one"), true);
  press(model, "d");
  deepStrictEqual(model.wantedNames(), []);
});

Deno.test("ScreenModel asks for the command line anew when another process has the pid, or it runs another program", () => {
  const model = modelOf([{ cookie: 1, pid: 17 }]);
  press(model, "enter");
  model.command(model.wantedCommand()!, "curl first");
  const shows = (text: string) =>
    Array.from({ length: 12 }, (_, y) => model.draw().line(y)).some((line) => line.includes(text));
  const next = (flow: FakeFlow, change: (flows: Sample["flows"]) => void, programs = new Map<number, string>()) => {
    const sample = fakeSample([{ cookie: 1, pid: 17, ...flow }], { programs });
    change(sample.flows);
    show(model, sample);
    strictEqual(shows("curl first"), false);
    const wanted = model.wantedCommand()!;
    return [wanted.pid, wanted.startNs];
  };
  strictEqual(shows("curl first"), true);
  deepStrictEqual(next({}, (flows) => flows.ownerStartNs[0] = 7e9), [17, 7e9]);
  deepStrictEqual(next({ process: "wget" }, () => {}), [17, 0]);
  deepStrictEqual(next({}, (flows) => flows.exe[0] = 3, new Map([[3, "curl.real"]])), [17, 0]);
});

Deno.test("ScreenModel says that a flow without an owner has no command line, instead of waiting for one", () => {
  const model = modelOf([{ cookie: 1, process: null }]);
  press(model, "enter");
  strictEqual(model.wantedCommand(), null);
  const lines = Array.from({ length: 12 }, (_, y) => model.draw().line(y));
  deepStrictEqual(lines.filter((line) => / command +-/.test(line)).length, 1);
});

Deno.test("ScreenModel changes the interval, the protocol and the columns", () => {
  const model = modelOf([{ cookie: 1 }, { cookie: 2, protocol: "udp", process: "dns" }]);
  press(model, "-", "-");
  strictEqual(model.state.intervalMs, 200);
  press(model, "-", "-");
  strictEqual(model.state.notice, "interval 100ms, the shortest");
  press(model, "u");
  strictEqual(names(model), "[dns]");
  press(model, "c", "down", "down", " ", "enter");
  strictEqual(model.state.shown.includes(columnById("pid")!), false);
  strictEqual(model.draw().line(2).includes("PID"), false);
});

Deno.test("ScreenModel shows the history as it was when the screen froze", () => {
  const model = modelOf(rates(900));
  press(model, " ");
  const frozen = model.draw().line(0);
  for (let second = 101; second < 140; second++) model.take(fakeSample(rates(5), at(second)));
  strictEqual(model.draw().line(0), frozen);
  press(model, " ");
  strictEqual(model.draw().line(0) === frozen, false);
});

Deno.test("ScreenModel draws the same head while nothing changes but own costs that tremble", () => {
  const model = scene(160, 12, 0), head = () => [model.draw().line(0), model.draw().line(1)];
  const take = (second: number, selfCpuPercent: number, mebibytes: number) =>
    model.take(fakeSample([{}], { ...at(second), selfCpuPercent, selfRssBytes: mebibytes * 2 ** 20 }));
  take(200, 1.4, 90);
  const first = head();
  for (let second = 201; second < 240; second++) {
    take(second, second % 2 ? 1.6 : 1.4, 90 + second % 4);
    deepStrictEqual(head(), first);
  }
});

Deno.test("ScreenModel takes a click on a key of the last line for that key, whatever stands before the keys", () => {
  const click = (model: ScreenModel, word: string) => {
    const y = model.state.rows - 1, line = model.draw().line(y), x = line.indexOf(word);
    strictEqual(x >= 0, true, `${word}: ${line}`);
    model.input({ type: "mouse", action: "press", x, y });
  };
  // Reversing, a key that does nothing, a key twice, a filter, and one with what the key after it has done.
  for (const before of [[], ["r"], ["x"], ["d", "d"], ["/", ..."curl", "enter"], ["/", ..."p1", "enter", "B"]]) {
    const model = scene(160, 12, 0);
    press(model, ...before);
    click(model, "group");
    strictEqual(model.state.group, "process", before.join(" "));
    click(model, "filter");
    strictEqual(model.state.mode.kind, "prompt", before.join(" "));
    press(model, "escape", "L");
    click(model, "help");
    strictEqual(model.state.mode.kind, "help", before.join(" "));
  }
});

Deno.test("ScreenModel says what it sorts by, in the last line and in the titles", () => {
  const model = modelOf(rates(2, 1)), foot = () => model.draw().line(11), titles = () => model.draw().line(2);
  press(model, "r");
  strictEqual(foot().includes("sorted by both rates together, ▲"), true, foot());
  press(model, "<");
  strictEqual(foot().includes("sorted by AGE, ▼"), true, foot());
  strictEqual(titles().includes("AGE▼"), true, titles());
  press(model, "r");
  strictEqual(foot().includes("sorted by AGE, ▲"), true, foot());
  strictEqual(titles().includes("AGE▲"), true, titles());
});

Deno.test("ScreenModel has what it sorts by in the head where no column carries the arrow", () => {
  const by = (id: string) => ({ sort: { column: columnById(id)!, descending: true } });
  const head = (changes = {}) => scene(100, 24, 0, changes).draw().line(1);
  const chosen = { shown: [columnById("process")!, columnById("rx/s")!], chosen: true };
  strictEqual(head({ ...by("rtt"), ...chosen }).includes("sorted by RTT▼"), true, head({ ...by("rtt"), ...chosen }));
  strictEqual(head({ ...by("process"), group: "remote" }).includes("sorted by PROCESS▼"), true);
  for (const changes of [{}, chosen, by("rtt"), by("minrtt"), { ...by("rtt"), group: "process" }]) {
    strictEqual(head(changes).includes("sorted by"), false, head(changes));
  }
});

Deno.test("ScreenModel hides listeners again that a filter asked for which was given up, or typed over", () => {
  const model = modelOf(rates(900));
  const type = (text: string) => press(model, ...text);
  press(model, "/");
  type("state:listen");
  strictEqual(model.state.listeners, true);
  press(model, "escape");
  strictEqual(model.state.listeners, false);
  press(model, "/");
  type("state:listen");
  press(model, "ctrl-u");
  type("curl");
  press(model, "enter");
  strictEqual(model.state.listeners, false);
  press(model, "L", "/");
  type("state:listen");
  press(model, "escape");
  strictEqual(model.state.listeners, true);
});

Deno.test("ScreenModel hides listeners again when the filter that asked for them is changed or taken away, and keeps them where L has asked", () => {
  const filter = (model: ScreenModel, text: string, end = "enter") => press(model, "/", "ctrl-u", ...text, end);
  for (const asks of ["listen", "state:listen", "curl or state:listen", "overflows>0"]) {
    for (const next of ["", "curl", "not curl"]) {
      const model = modelOf(rates(900));
      filter(model, asks);
      filter(model, `${asks} 80`);
      filter(model, "curl", "escape");
      strictEqual(model.state.listeners, true, asks);
      filter(model, next);
      strictEqual(model.state.listeners, false, `${asks}, then ${next}`);
    }
  }
  const asked = modelOf(rates(900));
  press(asked, "L");
  filter(asked, "listen");
  filter(asked, "");
  strictEqual(asked.state.listeners, true, "L before the filter");
  filter(asked, "listen");
  press(asked, "L");
  filter(asked, "listen x", "escape");
  strictEqual(asked.state.listeners, false, "L hides them, whatever the filter");
  press(asked, "L");
  filter(asked, "");
  strictEqual(asked.state.listeners, true, "L after the filter");
});

Deno.test("ScreenModel tells rates in bits after B, and a click on their title sorts all the same", () => {
  const model = modelOf([...rates(125_000, 1_250_000)]), head = () => model.draw().line(0);
  press(model, "B");
  strictEqual(/↓ +11\.0 Mbit\/s/.test(head()), true, head());
  strictEqual(/10\.0 Mbit\/s/.test(model.draw().line(3)), true, model.draw().line(3));
  const x = model.draw().line(2).indexOf("RX/s");
  model.input({ type: "mouse", action: "press", x, y: 2 });
  strictEqual(model.state.sort.column, columnById("rx/s"));
  press(model, "B");
  strictEqual(/1\.19 MiB\/s/.test(model.draw().line(3)), true, model.draw().line(3));
});

Deno.test("ScreenModel hears nothing of the mouse after m", () => {
  const model = modelOf(rates(900, 800, 700));
  press(model, "m");
  strictEqual(model.state.mouse, false);
  model.input({ type: "mouse", action: "press", x: 1, y: 4 });
  strictEqual(names(model), "[p1] p2 p3");
  press(model, "T");
  const { notice } = model.state;
  model.input({ type: "mouse", action: "wheeldown", x: 1, y: 4 });
  deepStrictEqual([model.state.notice, notice === null], [notice, false]);
  press(model, "m");
  model.input({ type: "mouse", action: "press", x: 1, y: 4 });
  strictEqual(names(model), "p1 [p2] p3");
});

Deno.test("ScreenModel shows HISTORY from 144 cells on, beside RX and TX, or where it is asked for", () => {
  const has = (columns: number, changes = {}) => scene(columns, 24, 0, changes).draw().line(2).includes("HISTORY");
  deepStrictEqual([120, 139, 140, 143, 144, 200].map((columns) => has(columns)), [
    false,
    false,
    false,
    false,
    true,
    true,
  ]);
  for (const columns of [139, 140, 143, 144]) strictEqual(/ RX +TX /.test(scene(columns, 24, 0).draw().line(2)), true);
  const shown = [columnById("process")!, HISTORY];
  strictEqual(has(80, { shown, chosen: true }), true);
  strictEqual(has(200, { shown: shown.slice(0, 1), chosen: true }), false);
});

Deno.test("ScreenModel lets HISTORY and graph stand while it is frozen, and counts on behind them", () => {
  const model = scene(200, 30, 0);
  const take = (number: number, rxDelta: number) =>
    model.take(fakeSample([{ cookie: 1, process: "one", rxDelta }], at(number)));
  const body = () => Array.from({ length: 30 }, (_, y) => model.draw().line(y)).slice(1).join("\n");
  take(101, 100);
  press(model, "v", "v", " ");
  const before = body();
  for (let number = 102; number < 150; number++) take(number, 50 + number);
  strictEqual(body(), before);
  press(model, " ");
  const line = model.draw().line(2 + 8 + 1);
  strictEqual(/one .*[▅-█]{10,}/.test(line), true, line);
});

Deno.test("ScreenModel has no graph where there is no room, and says so", () => {
  const model = scene(80, 16, 0);
  press(model, "v");
  strictEqual(model.state.notice, "no room for a graph");
  strictEqual(model.draw().line(2).startsWith(" PROCESS"), true);
  // The details have the lines first.
  const open = scene(80, 32, 60), said = () => (press(open, "v"), open.state.notice);
  deepStrictEqual([said(), said(), said()], ["graph of everything", "graph of what is under the cursor", "no graph"]);
  press(open, "enter");
  deepStrictEqual([said(), said(), said()], ["no room for a graph", "no room for a graph", "no graph"]);
});

Deno.test("ScreenModel counts what has ended in groups after T, on top by what it moved, and stands still while frozen", () => {
  const model = scene(120, 24, 0), open: FakeFlow = { cookie: 1, process: "open", rx: 2000, rxDelta: 1 };
  const take = (number: number) =>
    model.take(fakeSample([open, { cookie: number, process: "short", rxDelta: 1009, closed: true }], at(number)));
  const line = (name: string) => {
    const canvas = model.draw(),
      y = Array.from({ length: 20 }, (_, y) => y).find((y) => canvas.line(y).includes(name))!;
    return [y, canvas.line(y)] as const;
  };
  for (let number = 101; number < 111; number++) take(number);
  press(model, "g", "T");
  strictEqual(model.state.notice, "groups count what has ended too");
  const [y, text] = line("▸short");
  strictEqual(text.startsWith("▸short (1 +9) "), true, text);
  strictEqual(/ 9\.85 KiB /.test(text), true, text); // 10 * 1,009 bytes
  strictEqual(line("▸open")[0] > y, true);
  strictEqual(/RX▼/.test(line("PROCESS")[1]), true, line("PROCESS")[1]);
  press(model, " ");
  for (let number = 111; number < 115; number++) take(number);
  deepStrictEqual(line("▸short"), [y, text]);
  press(model, " ");
  strictEqual(line("short")[1].startsWith("▸short (1 +13) "), true, line("short")[1]);
});

Deno.test("ScreenModel folds the two ends of a connection, and the cursor stays on it", () => {
  const ends = (rxDelta: number): FakeFlow[] => [
    { process: "busy", rxDelta: 900 },
    { process: "client", local: ["127.0.0.1", 4000], remote: ["127.0.0.1", 80], pair: 3, rxDelta },
    {
      process: "server",
      local: ["127.0.0.1", 80],
      remote: ["127.0.0.1", 4000],
      pair: 3,
      direction: "in",
      rxDelta: 700,
    },
    { process: "idle", rxDelta: 1 },
  ];
  const model = modelOf(ends(500));
  strictEqual(names(model), "[busy] client idle");
  strictEqual(model.draw().line(11).includes("3 rows"), true);
  press(model, "b");
  strictEqual(names(model), "[busy] server client idle");
  strictEqual(model.draw().line(11).includes("4 flows"), true);
  press(model, "down");
  strictEqual(names(model), "busy [server] client idle");
  press(model, "b");
  strictEqual(names(model), "busy [client] idle");
  press(model, "b");
  strictEqual(names(model), "busy server [client] idle");
  press(model, "b");
  model.take(fakeSample(ends(950), at(101)));
  strictEqual(names(model), "[client] busy idle");
});

Deno.test("ScreenModel has both ends of a folded connection side by side in its details", () => {
  const model = scene(100, 40, 0);
  model.take(fakeSample([
    { process: "client", pid: 11, local: ["127.0.0.1", 4000], remote: ["127.0.0.1", 80], pair: 3, rx: 1009, rttUs: 12 },
    {
      process: "server",
      pid: 22,
      local: ["127.0.0.1", 80],
      remote: ["127.0.0.1", 4000],
      pair: 3,
      direction: "in",
      tx: 1009,
      rttUs: 77,
    },
  ], at(100)));
  press(model, "enter");
  const lines = () => {
    const canvas = model.draw();
    return Array.from({ length: canvas.rows }, (_, y) => canvas.line(y));
  };
  strictEqual(
    lines().some((line) => /client \[11\] +server \[22\]/.test(line.replaceAll(/(client|server) (?=\1)/g, ""))),
    true,
  );
  strictEqual(lines().some((line) => /received +0.99 KiB \(1,009\) +0 B \(0\)/.test(line)), true);
  strictEqual(lines().some((line) => /round trip +12 µs.* 77 µs/.test(line)), true);
  press(model, "b");
  strictEqual(lines().some((line) => /peer +server \[22\]/.test(line)), true);
});
