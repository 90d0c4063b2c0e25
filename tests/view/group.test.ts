import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { columnById, COLUMNS, TOTAL_RATE } from "../../src/view/column.ts";
import { firstGroups, type Group, groupColumns, groupLabel, groupRows, groupText } from "../../src/view/group.ts";
import { groupId, GROUPINGS, groupOf } from "../../src/view/group_key.ts";
import { Unknown } from "../../src/flow/columns.ts";
import { BESIDE, oddRows } from "../support/odd_rows.ts";
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
  // What ended in an earlier sample stands in it for a while, and is not counted by the label.
  const past = { ...sample, pastFrom: 2 }, [mixed] = groupRows(past, [0, 2], "process", byRate);
  const [ended] = groupRows(past, [2, 3], "container", byRate), pid = columnById("pid")!;
  deepStrictEqual([groupLabel(past, mixed), groupText(past, mixed, pid)], ["curl (1)", "1"]);
  deepStrictEqual([groupLabel(past, ended), groupText(past, ended, pid)], ["(none) (0)", "(2)"]);
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

const ODD_ROWS = 503;
/** Rows with odd values in every field, and names of all sorts for them. */
const odd = BESIDE.map((beside) => {
  const flows = oddRows(ODD_ROWS),
    { localAddress, remoteAddress, comm, pair, inside, direction, remotePort, localPort } = flows,
    { family, answer, host, scope, netns } = flows;
  // Of each only a few, so that rows share them; a link's own address has a zone.
  remoteAddress.set([0xfe, 0x80, 0, 0], 0);
  for (const column of [localAddress, remoteAddress, comm]) {
    for (let row = 5; row < ODD_ROWS; row++) {
      column.copyWithin(row * 16, (row >> 3) % 5 * 16, ((row >> 3) % 5 + 1) * 16);
    }
  }
  for (let row = 0; row < ODD_ROWS; row++) {
    pair[row] = row % 7 === 0 ? 1 + row % 101 : 0;
    inside[row] = row >> 1 & 1;
    direction[row] = row % 3;
    remotePort[row] = 443 + row % 2;
    localPort[row] = 1000 + (row >> 5);
    if (row % 4 !== 0) { for (const column of [family, answer, host, scope, netns]) column[row] = column[row - 1]; }
  }
  return fakeSample([], { ...beside, flows, length: ODD_ROWS });
});
const everyRow = Array.from({ length: ODD_ROWS }, (_, row) => row);

Deno.test("groupOf() is the same for the rows that have the same groupId(), and for no others", () => {
  /** Of each row the first that shares it. */
  const firsts = <T>(of: (row: number) => T): number[] => {
    const known = new Map<T, number>();
    return everyRow.map((row) => known.get(of(row)) ?? (known.set(of(row), row), row));
  };
  for (const sample of odd) {
    for (const by of GROUPINGS) deepStrictEqual(firsts(groupOf(sample, by)), firsts((row) => groupId(sample, row, by)));
  }
});

Deno.test("groupText() counts by numbers what it would by texts", () => {
  const columns = COLUMNS.filter(({ numbers }) => numbers !== undefined);
  deepStrictEqual(columns.map(({ id }) => id), ["local", "remote"]);
  for (const sample of odd) {
    for (const by of GROUPINGS) {
      for (const group of groupRows(sample, everyRow, by, byRate)) {
        for (const column of columns) {
          const { numbers: _, ...byTexts } = column;
          strictEqual(groupText(sample, group, column), groupText(sample, group, byTexts));
        }
      }
    }
  }
});

Deno.test("firstGroups() gives the first of all groups, and the one that is held", () => {
  const sorts = ["rx/s", "state", "rtt", "process", "peer"].map((id) => columnById(id) ?? { ...TOTAL_RATE, id });
  const bare = ({ id, rows }: Group) => ({ id, rows });
  for (const sample of odd) {
    for (const by of GROUPINGS) {
      for (const column of [TOTAL_RATE, ...sorts]) {
        const sort = { column, descending: true }, all = groupRows(sample, everyRow, by, sort);
        for (const limit of [1, 7, all.length, 0]) {
          const held = all.at(-1)!, isHeld = ({ id }: Pick<Group, "id">) => id === held.id;
          const first = all.slice(0, limit || undefined),
            few = firstGroups(sample, everyRow, by, sort, undefined, limit);
          strictEqual(few.count, all.length);
          deepStrictEqual(few.groups.map(bare), first.map(bare));
          const { groups } = firstGroups(sample, everyRow, by, sort, undefined, limit, isHeld);
          deepStrictEqual(groups.map(bare), (first.includes(held) ? first : [...first, held]).map(bare));
        }
      }
    }
  }
});
