import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Unknown } from "../../src/flow/columns.ts";
import { cgroupOf, NO_CGROUP } from "../../src/flow/container.ts";
import type { Sample } from "../../src/flow/sample.ts";
import type { LimitName } from "../../src/view/group_reasons.ts";
import { ScreenModel } from "../../src/view/screen/model.ts";
import type { ScreenState } from "../../src/view/screen/state.ts";
import { type FakeFlow, fakeSample, NOW_NS } from "../view/fake_sample.ts";
import { scene, state } from "./scene.ts";

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

const END = { pair: 3, rttUs: 12, limit: "network" as LimitName, busyMs: 1000, txDelta: 900, netns: 4026531840 };
const CLIENT: FakeFlow = { ...END, process: "client", pid: 11, local: ["127.0.0.1", 4000], remote: ["127.0.0.1", 80] };
const SERVER: FakeFlow = {
  ...CLIENT,
  process: "server",
  pid: 22,
  local: CLIENT.remote!,
  remote: CLIENT.local!,
  direction: "in",
};
const IDLE = Array.from({ length: 30 }, (_, i): FakeFlow => ({ process: `idle-${i}`, pid: 100 + i }));

/** With every figure that the kernel has of a connection's way. */
function figured(second: number): Sample {
  const timeNs = NOW_NS + second * 1e9,
    sample = fakeSample([CLIENT, SERVER, ...IDLE], {
      number: second,
      timeNs,
      cgroups: [NO_CGROUP, cgroupOf("/system.slice/a.service")],
    });
  const { flows } = sample;
  for (const row of [0, 1]) {
    flows.pathKnown[row] = flows.cgroup[row] = 1;
    flows.movedNs[row] = timeNs - 1e9;
    flows.minRttUs[row] = flows.connectUs[row] = flows.mss[row] = 1009;
    flows.deliveryRate[row] = flows.pacingRate[row] = 1e6;
    flows.congestion.set(new TextEncoder().encode("cubic"), row * 16);
  }
  return sample;
}

function detailed(columns: number, rows: number, changes: Partial<ScreenState> = {}): ScreenModel {
  const model = new ScreenModel({ ...state(columns, rows), details: true, ...changes });
  for (let second = 0; second < 20; second++) model.take(figured(second));
  return model;
}

const LABELS = [
  "local remote state age received sent round_trip retransmits cwnd packets_in packets_out least_rtt handshake idle_for",
  "congestion mss delivery pacing netns cgroup command time user",
].join(" ").split(" ").map((label) => label.replace("_", " "));

const OF_LABEL = LABELS.map((label) => [label, new RegExp(`^(.* {2})? ?${label} +\\S`)] as const);

interface Shown {
  /** The labels of the facts and of the history. */
  readonly labels: readonly string[];
  /** How many lines of the table there are. */
  readonly table: number;
  /** Where the details begin. */
  readonly at: number;
}

function shownBy(model: ScreenModel): Shown {
  const canvas = model.draw(), all = Array.from({ length: canvas.rows }, (_, y) => canvas.line(y));
  const at = all.findIndex((line) => /^ \S+ \[\d+\] tcp/.test(line)), lines = all.slice(at + 1);
  const facts = OF_LABEL.filter(([, pattern]) => lines.some((line) => pattern.test(line))).map(([label]) => label);
  const history = ["received", "sent", "round trip"].filter((label) =>
    lines.some((line) => line.startsWith(` ${label}`) && line.includes(" max "))
  );
  const table = all.slice(0, at).filter((line) => /^ (idle-|client|server)/.test(line)).length;
  return { labels: [...facts, ...history.map((label) => `history of ${label}`)], table, at };
}

Deno.test("ScreenModel.draw() shows every figure of a connection inside the machine where there is room, and the table beside it", () => {
  for (const [columns, rows] of [[130, 60], [150, 50], [80, 50]]) {
    const { labels, table } = shownBy(detailed(columns, rows));
    deepStrictEqual(LABELS.filter((label) => !labels.includes(label)), [], `${columns}x${rows}`);
    strictEqual(labels.length, LABELS.length + 3);
    strictEqual(table >= 5, true, `${columns}x${rows}`);
  }
});

Deno.test("ScreenModel.draw() shows no less in the details as the terminal grows", () => {
  for (const changes of [{}, { pairs: false }, { graph: "all" as const }]) {
    for (const columns of [60, 80, 130, 200]) {
      const model = detailed(columns, 10, changes);
      let before: Shown = { labels: [], table: 0, at: 0 };
      for (let rows = 10; rows <= 70; rows++) {
        model.resize(columns, rows);
        const now = shownBy(model), at = `${columns}x${rows} ${JSON.stringify(changes)}: ${now.labels.join(", ")}`;
        deepStrictEqual(before.labels.filter((label) => !now.labels.includes(label)), [], at);
        // A graph takes its lines from the table.
        strictEqual("graph" in changes || now.table >= before.table, true, at);
        before = now;
      }
    }
  }
});

Deno.test("ScreenModel keeps the table beside the details where it is as the cursor moves", () => {
  const model = detailed(130, 60), { at } = shownBy(model);
  for (let i = 0; i < 10; i++) {
    model.input({ type: "key", key: "down" });
    strictEqual(shownBy(model).at, at);
  }
});

Deno.test("ScreenModel.draw() says how many lines of the details there is no room for", () => {
  for (const changes of [{}, { pairs: false }]) {
    const missing: number[] = [], model = detailed(80, 12, changes);
    for (let rows = 12; rows <= 60; rows++) {
      model.resize(80, rows);
      const canvas = model.draw(), title = canvas.line(shownBy(model).at);
      missing.push(Number(/ PgDn: (\d+) more lines?$/.exec(title)?.[1] ?? 0));
    }
    strictEqual(missing[0] > 5, true, `${missing}`);
    // A line more of the terminal is one of the facts or of the history.
    missing.forEach((count, i) => strictEqual(i === 0 || [0, 1].includes(missing[i - 1] - count), true, `${missing}`));
    strictEqual(missing.at(-1), 0);
  }
});

Deno.test("ScreenModel scrolls details that have more lines than there is room for, and leaves the table alone then", () => {
  const key = (model: ScreenModel, key: string) => model.input({ type: "key", key });
  for (const changes of [{}, { pairs: false }]) {
    for (const [columns, rows] of [[80, 24], [80, 16], [80, 10], [60, 6], [130, 27], [44, 5]] as const) {
      const model = detailed(columns, rows, changes), at = `${columns}x${rows} ${JSON.stringify(changes)}`;
      const picture = () => Array.from({ length: rows - 1 }, (_, y) => model.draw().line(y)).join("\n");
      const first = picture(), begun = shownBy(model), seen = new Set(begun.labels), { cursor, index } = model.state;
      if (!first.includes(" PgDn: ")) continue;
      for (let i = 0; i < 40 && model.state.notice === null; i++) {
        key(model, "pagedown");
        shownBy(model).labels.forEach((label) => seen.add(label));
        if (rows >= 16 && !("pairs" in changes)) match(picture(), /^ +client client \[11\] +server server \[22\]$/m);
      }
      // A bar of the time takes two lines, which a low terminal has not.
      const missing = LABELS.filter((label) => !seen.has(label) && !(label === "time" && rows < 10));
      deepStrictEqual([at, missing, seen.has("history of round trip")], [at, [], true]);
      strictEqual(model.state.notice, "this is the end of the details");
      strictEqual(picture().includes(" PgDn: "), false);
      strictEqual(/ PgUp: \d+ lines? above$/m.test(picture()), true, at);
      strictEqual(model.state.index, index);
      key(model, "ctrl-b");
      while (model.state.notice === null) key(model, "pageup");
      strictEqual(model.state.notice, "this is the begin of the details");
      strictEqual(picture(), first);
      const wheel = { type: "mouse", action: "wheeldown", x: 1, y: begun.at + 1 } as const;
      model.input(wheel);
      strictEqual(picture() === first, false);
      strictEqual(model.state.cursor, cursor);
      key(model, "escape");
      key(model, "enter");
      strictEqual(picture(), first);
    }
  }
  const whole = detailed(80, 60);
  key(whole, "pagedown");
  strictEqual(whole.state.index > 1, true);
});

Deno.test("ScreenModel.draw() shows the ports of both ends where there is little room for their addresses", () => {
  const model = detailed(44, 20), { at } = shownBy(model), canvas = model.draw();
  const lines = Array.from({ length: 20 - at }, (_, y) => canvas.line(at + y));
  for (const label of ["local", "remote"]) {
    const line = lines.find((line) => line.startsWith(` ${label} `))!;
    strictEqual(/ \S+:\d+ +\S+…\S+:\d+$| \S+…\S+:\d+ +\S+:\d+$/.test(line), true, line);
  }
});

Deno.test("ScreenModel.draw() has every line of a UDP flow that waits for its reader where there is room", () => {
  const one: FakeFlow = { ...CLIENT, protocol: "udp", limit: "reader" }, two: FakeFlow = { ...SERVER, protocol: "udp" };
  for (const columns of [44, 60]) {
    const model = new ScreenModel({ ...state(columns, 60), details: true, pairs: false });
    for (let i = 0; i < 3; i++) {
      model.take(fakeSample([one, two], { number: i + 1, timeNs: NOW_NS + i * 1e9 }));
      const all = Array.from({ length: 60 }, (_, y) => model.draw().line(y)).join("\n");
      match(all, /Waits for this process to read/);
      strictEqual(all.includes("PgDn"), false, all);
    }
  }
});

/** As long as a file may be named, and like what stands behind a name. */
const IMITATION = "sshd[1] tcp 10.0.0.1:22 -> 10.0.0.2:5555? y ends it ".repeat(4);

Deno.test("ScreenModel.draw() cuts a long name before what tells whose it is", () => {
  const processes = new Map([[CLIENT.pid!, IMITATION]]), { pair: _, ...lone } = CLIENT;
  for (const [columns, mode] of [[80, "pair"], [120, "pair"], [80, "lone"], [100, "server"], [72, "graph"]] as const) {
    const flows = mode === "lone" ? [lone] : [CLIENT, SERVER];
    const model = scene(columns, 40, 0, {
      details: mode !== "graph",
      pairs: mode === "pair",
      allowKill: true,
      graph: mode === "graph" ? "line" : null,
      index: mode === "server" ? 1 : 0,
    });
    model.take(fakeSample(flows, { timeNs: NOW_NS + 100e9, processes }));
    const press = (key: string) => model.input({ type: "key", key });
    const lines = () => Array.from({ length: 40 }, (_, y) => model.draw().line(y));
    const shows = (pattern: RegExp) =>
      strictEqual(lines().some((line) => pattern.test(line)), true, lines().join("\n"));
    if (mode === "server") {
      press("down");
      shows(/^ peer +sshd\[1\].*… \[11\]$/);
      continue;
    }
    shows(/^ sshd\[1\].*… \[11\] tcp → 127\.0\.0\.1 80/);
    if (mode === "pair") shows(/client sshd\[1\].*… \[11\] +server server \[22\]/);
    press("K");
    shows(/^End sshd\[1\].*…\[11\] tcp 127\.0\.0\.1:4000 -> 127\.0\.0\.1:80\? y ends it$/);
  }
});
