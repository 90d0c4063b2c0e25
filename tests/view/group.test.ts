import { deepStrictEqual } from "node:assert/strict";
import { columnById, COLUMNS, TOTAL_RATE } from "../../src/view/column.ts";
import { groupColumns, groupLabel, groupRows, groupText } from "../../src/view/group.ts";
import { Unknown } from "../../src/flow/columns.ts";
import { fakeSample } from "./fake_sample.ts";
import { cgroupOf, NO_CGROUP } from "../../src/flow/container.ts";

const sample = fakeSample([
  { process: "curl", pid: 1, remote: ["1.1.1.1", 443], rxDelta: 101, rx: 503, retransmits: 2, rttUs: 100 },
  { process: "sshd", pid: 2, remote: ["9.9.9.9", 60000], local: ["10.0.0.2", 22], direction: "in", txDelta: 7 },
  { process: "curl", pid: 3, remote: ["1.1.1.1", 443], rxDelta: 53, rx: 1009, rttUs: 300 },
  { process: null, protocol: "udp", remote: ["8.8.8.8", 53], unknown: Unknown.bytes },
], { names: new Map([["9.9.9.9", "nine.example"]]) });
const rows = [0, 1, 2, 3], byRate = { column: TOTAL_RATE, descending: true };
const labels = (by: Parameters<typeof groupRows>[2], sort = byRate) =>
  groupRows(sample, rows, by, sort).map(({ label, rows }) => [label, ...rows]);

Deno.test("groupRows() puts rows together and sorts the groups by their totals", () => {
  deepStrictEqual(labels("process"), [["curl", 0, 2], ["sshd", 1], ["(not known)", 3]]);
  deepStrictEqual(labels("remote"), [["1.1.1.1", 0, 2], ["nine.example", 1], ["8.8.8.8", 3]]);
  deepStrictEqual(labels("port"), [["443/tcp", 0, 2], ["22/tcp", 1], ["53/udp", 3]]);
  deepStrictEqual(labels("container"), [["(none)", 0, 1, 2, 3]]);
});

Deno.test("groupRows() sorts by what has no total as the first of each group's flows, and equal ones by label", () => {
  const by = (id: string, descending: boolean) =>
    labels("process", { column: columnById(id)!, descending }).map(([label]) => label);
  deepStrictEqual(by("state", false), ["(not known)", "curl", "sshd"]);
  deepStrictEqual(by("rtt", true), ["curl", "(not known)", "sshd"]);
  deepStrictEqual(by("pid", true), ["curl", "sshd", "(not known)"]);
  deepStrictEqual(by("remote", true), ["sshd", "(not known)", "curl"]);
  deepStrictEqual(by("process", true), ["sshd", "curl", "(not known)"]);
});

Deno.test("groupRows() keeps apart what only reads the same", () => {
  const ids = ["a", "b"].map((digit) => digit.repeat(64)),
    cgroups = [NO_CGROUP, ...ids.map((id) => cgroupOf(`/docker/${id}`))];
  const containers = new Map(ids.map((id) => [id, "web"]));
  const twins = fakeSample([{ process: "(not known)" }, { process: null }], { cgroups, containers });
  twins.flows.cgroup.set([1, 2]);
  const groups = (by: "process" | "container") =>
    groupRows(twins, [0, 1], by, byRate).map(({ key, label, rows }) => [key, label, ...rows]);
  deepStrictEqual(groups("process"), [["(not known)", "(not known)", 0], [null, "(not known)", 1]]);
  deepStrictEqual(groups("container"), [["web", "web", 0], ["web", "web", 1]]);
});

Deno.test("groupText() adds up, or says what is common, or how many there are", () => {
  const [curl, , nobody] = groupRows(sample, rows, "process", byRate);
  const text = (group: typeof curl, id: string) => groupText(sample, group, columnById(id)!);
  deepStrictEqual(["rx/s", "rx", "retrans", "remote", "pid", "state", "rtt"].map((id) => text(curl, id)), [
    "154 B/s",
    "1.48 KiB",
    "2",
    "1.1.1.1:443",
    "(2)",
    "ESTABLISHED",
    "-",
  ]);
  deepStrictEqual(text(nobody, "rx/s"), "-");
});

Deno.test("groupText() goes through the rows of a group once", () => {
  const [curl] = groupRows(sample, rows, "process", byRate), rtt = columnById("rtt")!;
  let asked = 0;
  const counted = { ...columnById("state")!, text: () => String(asked++) };
  deepStrictEqual([groupText(sample, curl, counted), groupText(sample, curl, counted), asked], ["(2)", "(2)", 2]);
  deepStrictEqual(groupText(sample, curl, rtt), "-");
});

Deno.test("groupLabel() gives the counts their room before the name", () => {
  const many = fakeSample(Array.from({ length: 1204 }, () => ({ process: "Web Content" })));
  const [group] = groupRows(many, Array.from({ length: 1204 }, (_, row) => row), "process", byRate);
  deepStrictEqual(groupLabel(many, group), "Web Content (1,204)");
  deepStrictEqual([19, 18, 12, 11].map((cells) => groupLabel(many, group, cells)), [
    "Web Content (1,204)",
    "Web Conte… (1,204)",
    "Web… (1,204)",
    "Web Content",
  ]);
  deepStrictEqual(groupLabel(many, group, 18, "begin"), "…b Content (1,204)");
  deepStrictEqual(groupColumns(COLUMNS, "cgroup")[0].cut, "begin");
});

Deno.test("groupColumns() puts the label first", () => {
  deepStrictEqual(groupColumns(COLUMNS, "remote").slice(0, 3).map(({ id }) => id), ["remote", "pid", "user"]);
});
