import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { SameOwners } from "../../src/app/same_owners.ts";
import { Programs } from "../../src/app/programs.ts";
import { Columns, FLOW_SCHEMA } from "../../src/flow/columns.ts";
import { OwnerHow } from "../../src/wire/layout.ts";

interface Owner {
  readonly pid: number;
  readonly comm: string;
  readonly startNs?: number;
  readonly how?: number;
}

function rowsOf(...owners: Owner[]) {
  const columns = new Columns(FLOW_SCHEMA);
  for (const { pid, comm, startNs = 5, how = OwnerHow.connect } of owners) {
    const row = columns.add(), c = columns.arrays;
    c.comm.set(new TextEncoder().encode(comm).subarray(0, 15), row * 16);
    [c.tgid[row], c.ownerStartNs[row], c.how[row]] = [pid, startNs, how];
  }
  return columns.arrays;
}

/** Whole name and executable of each owner, null for none; and how often arguments were asked for. */
function named(owners: Owner[], exes: Record<number, string>, names: Record<number, string[]>) {
  const texts = new Map<number, string>(), flows = rowsOf(...owners);
  let asked = 0;
  const programs = new Programs(({ tgid }, row) => exes[tgid[row]] ?? null, (pid) => {
    asked++;
    return names[pid] ?? null;
  });
  for (let i = 0; i < 3; i++) {
    for (const [number, text] of programs.fill(flows, owners.length, new SameOwners().of(flows, owners.length))) {
      texts.set(number, text);
    }
  }
  const text = (number: number) => number === 0 ? null : texts.get(number);
  return { names: owners.map((_, row) => [text(flows.wholeName[row]), text(flows.exe[row])]), asked };
}

Deno.test("Programs.fill() completes a name of 15 bytes by the executable, or else by an argument", () => {
  const comm = "wazuh-logcollec", whole = "wazuh-logcollector";
  deepStrictEqual(named([{ pid: 1, comm }], { 1: whole }, {}), { names: [[whole, whole]], asked: 0 });
  const script = named([{ pid: 1, comm }, { pid: 2, comm: "curl" }], { 1: "python3" }, { 1: ["python3", "-u", whole] });
  deepStrictEqual(script, { names: [[whole, "python3"], [null, null]], asked: 1 });
  // Not cut, but as long as a cut one; and one that begins like the executable, but goes on otherwise.
  deepStrictEqual(named([{ pid: 1, comm }], { 1: comm }, { 1: [comm] }).names, [[null, comm]]);
  deepStrictEqual(named([{ pid: 1, comm }], { 1: "wazuh-logcollab-x" }, {}).names, [[null, "wazuh-logcollab-x"]]);
});

Deno.test("Programs.fill() calls a process that has gone as the others of its name and executable, if they agree", () => {
  const comm = "wazuh-logcollec", whole = "wazuh-logcollector", other = "wazuh-logcollecting";
  const owners = [{ pid: 1, comm }, { pid: 2, comm }, { pid: 3, comm }], exes = { 1: "perl", 2: "perl", 3: "perl" };
  const namesOf = (...args: Parameters<typeof named>) => named(...args).names.map(([name]) => name);
  deepStrictEqual(namesOf(owners, exes, { 1: [whole], 2: [whole] }), [whole, whole, whole]);
  deepStrictEqual(namesOf(owners, exes, { 1: [whole], 2: [other] }), [whole, other, null]);
  const three = [...owners, { pid: 4, comm }];
  deepStrictEqual(namesOf(three, { ...exes, 4: "perl" }, { 1: [whole], 2: [other], 3: [whole] }), [
    whole,
    other,
    whole,
    null,
  ]);
  deepStrictEqual(namesOf(owners, { ...exes, 3: "ruby" }, { 1: [whole], 2: [whole] }), [whole, whole, null]);
});

Deno.test("Programs.fill() compares bytes: a name may be cut within a character", () => {
  const whole = "日本語サービス名前";
  deepStrictEqual(named([{ pid: 1, comm: whole }], { 1: whole }, {}).names, [[whole, whole]]);
  const mid = `a${whole}`;
  deepStrictEqual(named([{ pid: 1, comm: mid }], { 1: mid }, {}).names, [[mid, mid]]);
});

Deno.test("Programs.fill() names neither the kernel's own sockets nor those without an owner", () => {
  const comm = "0123456789abcde";
  const owners = [{ pid: 1, comm, how: OwnerHow.none }, { pid: 1, comm, how: OwnerHow.kernel }];
  deepStrictEqual(named(owners, { 1: `${comm}f` }, {}), { names: [[null, null], [null, null]], asked: 0 });
});

Deno.test("Programs.fill() never gives a number twice, so that flows that have ended keep their names", () => {
  let exe = "";
  const programs = new Programs(() => exe, () => null), flows = rowsOf({ pid: 1, comm: "short" });
  const numbers = new Set<number>();
  for (let i = 0; i < 40_000; i++) {
    exe = `exe-${i}`;
    const told = programs.fill(flows, 1, new SameOwners().of(flows, 1));
    deepStrictEqual(told.map(([, text]) => text), [exe]);
    numbers.add(flows.exe[0]);
  }
  strictEqual(numbers.size, 40_000);
});
