import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { SameOwners } from "../../src/app/same_owners.ts";
import { Cgroups, type NewCgroups } from "../../src/app/cgroups.ts";
import { cgroupOf } from "../../src/flow/container.ts";
import { Columns, FLOW_SCHEMA, type FlowArrays } from "../../src/flow/columns.ts";
import { OwnerHow } from "../../src/wire/layout.ts";

const DOCKER = `/docker/${"ab".repeat(32)}`;

interface Fake {
  lists: number;
  asked: number[];
  paths: string;
  readonly own: string;
  readonly processes: Record<number, string>;
}

function machine(fake: Partial<Fake>) {
  const state: Fake = { lists: 0, asked: [], paths: "", own: "0::/\n", processes: {}, ...fake };
  let nowMs = 0;
  const cgroups = new Cgroups({
    cgroupPaths: () => (state.lists++, nowMs += 10, state.paths),
    processCgroups: (pid) => {
      if (pid === null) return state.own;
      state.asked.push(pid);
      return state.processes[pid] ?? null;
    },
  }, () => nowMs);
  return { state, cgroups, wait: (ms: number) => nowMs += ms };
}

function flows(...rows: readonly { readonly id?: number; readonly pid?: number; readonly how?: number }[]): FlowArrays {
  const columns = new Columns(FLOW_SCHEMA, rows.length);
  for (const { id = 0, pid = 7, how = OwnerHow.connect } of rows) {
    const row = columns.add();
    columns.arrays.cgroupId[row] = id;
    columns.arrays.tgid[row] = pid;
    columns.arrays.how[row] = how;
  }
  return columns.arrays;
}

const paths = ({ cgroups }: NewCgroups) => cgroups.map(({ path }) => path);

Deno.test("Cgroups numbers paths from 1, and tells each once", () => {
  const { cgroups, state } = machine({ paths: "12 /a\n13 /b c\n" });
  const first = flows({ id: 12 }, { id: 13 }, { id: 12 }), second = flows({ id: 13 });
  deepStrictEqual(cgroups.fill(first, 3, new SameOwners().of(first, 3)), {
    first: 1,
    oldest: 1,
    cgroups: [cgroupOf("/a"), cgroupOf("/b c")],
  });
  deepStrictEqual([...first.cgroup.subarray(0, 3)], [1, 2, 1]);
  deepStrictEqual(cgroups.fill(second, 1, new SameOwners().of(second, 1)), { first: 3, oldest: 1, cgroups: [] });
  strictEqual(second.cgroup[0], 2);
  deepStrictEqual([state.lists, state.asked.length], [1, 0]);
});

Deno.test("Cgroups says nothing of a flow without a process", () => {
  const { cgroups } = machine({ paths: "12 /a\n" });
  const rows = flows({ id: 12, how: OwnerHow.none }, { id: 12, how: OwnerHow.kernel });
  deepStrictEqual(paths(cgroups.fill(rows, 2, new SameOwners().of(rows, 2))), []);
  deepStrictEqual([...rows.cgroup.subarray(0, 2)], [0, 0]);
});

Deno.test("Cgroups reads the hierarchy again for a new cgroup, but not all the time", () => {
  const { cgroups, state, wait } = machine({ paths: "12 /a\n" });
  const row = flows({ id: 12 });
  cgroups.fill(row, 1, new SameOwners().of(row, 1));
  state.paths += "13 /b\n";
  const rows = flows({ id: 13, pid: 99 });
  deepStrictEqual(paths(cgroups.fill(rows, 1, new SameOwners().of(rows, 1))), []);
  strictEqual(rows.cgroup[0], 0);
  wait(1000);
  deepStrictEqual(paths(cgroups.fill(rows, 1, new SameOwners().of(rows, 1))), ["/b"]);
});

Deno.test("Cgroups asks the process for what version 2 does not show, once a process", () => {
  const hybrid = `3:pids:${DOCKER}\n0::/system.slice/containerd.service\n`;
  const { cgroups, state } = machine({
    paths: "12 /system.slice/containerd.service\n",
    own: "3:pids:/\n0::/\n",
    processes: { 7: hybrid },
  });
  const rows = flows({ id: 12 }, { id: 12 }, { id: 12, pid: 8 });
  deepStrictEqual(paths(cgroups.fill(rows, 3, new SameOwners().of(rows, 3))), [
    DOCKER,
    "/system.slice/containerd.service",
  ]);
  deepStrictEqual([...rows.cgroup.subarray(0, 3)], [1, 1, 2]);
  deepStrictEqual(state.asked, [7, 8]);
});

Deno.test("Cgroups knows the root without being told, and a process by its own word where ids say nothing", () => {
  const { cgroups } = machine({ processes: { 8: "0::/x\n" } });
  const rows = flows({ id: 1 }, { id: 0, pid: 8 }, { id: 0, pid: 9 });
  deepStrictEqual(paths(cgroups.fill(rows, 3, new SameOwners().of(rows, 3))), ["/", "/x"]);
  deepStrictEqual([...rows.cgroup.subarray(0, 3)], [1, 2, 0]);
});

Deno.test("Cgroups does not take version 2's root for the whole truth where there is version 1 too, and the process cannot be asked", () => {
  const { cgroups } = machine({ own: "3:pids:/\n0::/\n", processes: { 8: "3:pids:/\n0::/\n" } });
  const rows = flows({ id: 1, pid: 8 }, { id: 1, pid: 9 });
  deepStrictEqual(paths(cgroups.fill(rows, 2, new SameOwners().of(rows, 2))), ["/"]);
  deepStrictEqual([...rows.cgroup.subarray(0, 2)], [1, 0]);
});

Deno.test("Cgroups never uses a number again when there have been too many", () => {
  const many = Array.from({ length: 17_000 }, (_, i) => i + 2);
  const { cgroups, wait } = machine({ paths: many.map((id) => `${id} /${id}\n`).join("") });
  const filled = (rows: FlowArrays, length: number) => cgroups.fill(rows, length, new SameOwners().of(rows, length));
  strictEqual(filled(flows(...many.map((id) => ({ id }))), many.length).cgroups.length, many.length);
  wait(10_000);
  deepStrictEqual(filled(flows({ id: 500 }), 1), { first: 17001, oldest: 1, cgroups: [cgroupOf("/500")] });
});
