import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { cgroupOf, NO_CGROUP } from "../../src/flow/container.ts";
import { groupTable, textTable } from "../../src/output/text.ts";
import { textCells } from "../../src/view/width.ts";
import { columnById, COLUMNS, TOTAL_RATE } from "../../src/view/column.ts";
import { groupRows } from "../../src/view/group.ts";
import { fakeSample } from "../view/fake_sample.ts";

const columns = (...ids: string[]) => ids.map((id) => columnById(id)!);

Deno.test("textTable() aligns words to the left, numbers to the right, without spaces at the end", () => {
  const sample = fakeSample([{ process: "curl", pid: 7 }, { process: "longer-name", pid: 12345 }]);
  deepStrictEqual(textTable(sample, [0, 1], columns("process", "pid")).split("\n").slice(-4), [
    "PROCESS        PID",
    "curl             7",
    "longer-name  12345",
    "",
  ]);
});

Deno.test("textTable() says what was lost, with the remedy, above the table", () => {
  const { health } = fakeSample([]), sample = fakeSample([], { health: { ...health, eventsLost: 1204 } });
  const lines = textTable(sample, [], columns("process")).split("\n");
  match(lines[0], /^2026-01-02T03:04:05\.678Z \| .* \| lost 1204$/);
  match(lines[1], /^! 1,204 records were lost.* Try a larger --ring-size/);
});

Deno.test("textTable() shows a hostile name without its escapes", () => {
  const text = textTable(fakeSample([{ process: "\x1b[2J" }]), [0], columns("process"));
  strictEqual(text.includes("\x1b"), false);
  match(text, /␛\[2J/);
});

Deno.test("textTable() aligns by the cells of a terminal", () => {
  const sample = fakeSample([{ process: "日本", pid: 7 }, { process: "e\u0301a", pid: 8 }, {
    process: "abcdefgh",
    pid: 9,
  }]);
  deepStrictEqual(textTable(sample, [0, 1, 2], columns("process", "pid")).split("\n").slice(-4), [
    "日本        7",
    "e\u0301a          8",
    "abcdefgh    9",
    "",
  ]);
});

Deno.test("textTable() refuses control characters in what its source says, too", () => {
  const note = { code: "some", message: "\x1b[2Ja\nb", remedy: "\x9bx" };
  const text = textTable(
    fakeSample([], { source: { tcp: "\x1b]0;x\x07", udp: null, notes: [note] } }),
    [],
    columns("pid"),
  );
  match(text, /! ␛\[2Ja␊b\. \ufffdx\n/);
  match(text, /\| ␛\]0;x␇ \|/);
});

Deno.test("textTable() tells rates in bits where that is asked for, and bytes as bytes", () => {
  const sample = fakeSample([{ process: "a", rx: 1024, rxDelta: 125_000 }, {
    process: "a",
    rx: 0,
    rxDelta: 1_250_000,
  }]);
  const sort = { column: TOTAL_RATE, descending: true };
  const lines = textTable(sample, [0, 1], columns("rx/s", "rate", "rx"), { bits: true }).split("\n");
  match(lines[0], /\| in 11\.0 Mbit\/s out 0 bit\/s \|/);
  deepStrictEqual(lines.slice(-3, -1).map((line) => line.trim().split(/ {2,}/)), [
    ["1.00 Mbit/s", "1.00 Mbit/s", "1.00 KiB"],
    ["10.0 Mbit/s", "10.0 Mbit/s", "0 B"],
  ]);
  const groups = groupRows(sample, [0, 1], "process", sort);
  match(groupTable(sample, groups, columns("rx/s"), "process", { bits: true }), /^a \(2\) +11\.0 Mbit\/s$/m);
});

Deno.test("textTable() leaves out columns for which a terminal has no room, as the screen does", () => {
  const sample = fakeSample([{ process: "curl", pid: 7 }, { process: "longer-name", pid: 12345 }]);
  const titles = (across: number | null) => {
    const lines = textTable(sample, [0, 1], COLUMNS, { across }).split("\n").slice(-4, -1);
    return { words: lines[0].split(/ {2,}/), widest: Math.max(...lines.map(textCells)) };
  };
  strictEqual(titles(null).words.length, COLUMNS.length);
  for (const across of [80, 120, 200]) strictEqual(titles(across).widest <= across, true, `${across}`);
  const { words } = titles(80);
  for (const title of ["PROCESS", "REMOTE", "RX/s", "TX/s"]) strictEqual(words.includes(title), true, words.join());
  const sorted = textTable(sample, [0, 1], COLUMNS, { across: 80, sort: columnById("retrans")! }).split("\n").at(-4)!;
  strictEqual(sorted.includes("RETRANS") && sorted.length <= 80, true, sorted);
  strictEqual(titles(1).words.includes("PROCESS"), true);
});

Deno.test("textTable() cuts an address for a terminal before REMOTE leaves, and nothing for a file", () => {
  const V6 = "2001:db8:1234:5678:9abc:def0:1234:5678", rxDelta = 142 * 1024, txDelta = rxDelta;
  const sample = fakeSample([
    { process: "client", pid: 7, pair: 1, local: [V6, 40001], remote: [V6, 44443], rxDelta, txDelta },
    { process: "nc", pid: 8, pair: 1, local: [V6, 44443], remote: [V6, 40001], rxDelta, txDelta },
  ]);
  const lines = (across: number | null) => textTable(sample, [0, 1], COLUMNS, { across }).split("\n").slice(-4, -1);
  for (let across = 57; across <= 200; across++) {
    const [titles, first, second] = lines(across);
    strictEqual(titles.includes(" REMOTE "), true, `${across}: ${titles}`);
    match(first, / \[2001:\S*5678\]:44443( nc)? /);
    match(second, / \[2001:\S*:40001( cl\S*)? /);
    strictEqual(Math.max(...[titles, first, second].map(textCells)) <= across, true, first);
    if (across >= 95) match(`${first}\n${second}`, /:44443 nc .*\n.*:40001 client /);
  }
  match(lines(null).join("\n"), / \[2001:db8:1234:5678:9abc:def0:1234:5678\]:44443 nc .*\n.*:40001 client /);
});

Deno.test("groupTable() cuts the names of groups for a terminal, not their counts, and keeps the rates", () => {
  const path = `/system.slice/docker-${"0123456789abcdef".repeat(4)}.scope`;
  const sample = fakeSample([{ process: "one", rxDelta: 142 * 1024 }, { process: "two" }], {
    cgroups: [NO_CGROUP, cgroupOf(path)],
  });
  sample.flows.cgroup.fill(1, 0, 2);
  const groups = groupRows(sample, [0, 1], "cgroup", { column: TOTAL_RATE, descending: true });
  const lines = (across: number | null) =>
    groupTable(sample, groups, columns("rx/s", "tx/s"), "cgroup", { across }).split("\n").slice(-3, -1);
  for (const across of [60, 80, 100]) {
    const [titles, group] = lines(across);
    match(titles, /^CGROUP +RX\/s +TX\/s$/);
    match(group, /^…[0-9a-z-]+\.scope \(2\) +142 KiB\/s +0 B\/s$/);
    strictEqual(textCells(group), across);
  }
  match(lines(null)[1], /^\/system\.slice\/docker-[0-9a-f]{64}\.scope \(2\) +142 KiB\/s /);
});
