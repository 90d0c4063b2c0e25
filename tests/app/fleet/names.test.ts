import { deepStrictEqual } from "node:assert/strict";
import { CgroupNumbers, NamesOfHost, noNames } from "../../../src/app/fleet/names.ts";
import { NO_NEW_CGROUPS } from "../../../src/app/cgroups.ts";
import type { SampleMessage } from "../../../src/app/protocol.ts";
import { numberOf } from "../../../src/flow/host.ts";

const told = (programs: [number, string][], cgroups: SampleMessage["cgroups"] = NO_NEW_CGROUPS) => (
  {
    users: [],
    programs,
    zones: [],
    answers: [],
    processes: [],
    containers: [["1f", "web"]],
    cgroups,
  } as unknown as SampleMessage
);

Deno.test("NamesOfHost takes as many containers as a recording may tell of at once", () => {
  const names = new NamesOfHost(3, new CgroupNumbers()), all = noNames();
  const containers = Array.from({ length: 1 << 18 }, (_, i) => [`${i}`, "web"]);
  names.take({ ...told([]), containers } as unknown as SampleMessage, all);
  deepStrictEqual(all.containers.length, containers.length);
});

Deno.test("NamesOfHost keeps the names of what a host told before it numbered anew", () => {
  const names = new NamesOfHost(3, new CgroupNumbers()), all = noNames();
  const cgroup = { path: "/a", container: null } as never;
  names.take(told([[1, "nginx"], [2, "curl"]], { first: 1, oldest: 1, cgroups: [cgroup] }), all);
  const before = [names.numbered(2), names.cgroup(1)];
  names.restart();
  // What is shown of it until it tells something is what it told before.
  deepStrictEqual([names.numbered(2), names.cgroup(1)], before);
  names.take(told([[1, "sshd"]]), all);
  deepStrictEqual([names.numbered(0), names.numbered(1), names.cgroup(1)], [0, 3, 0]);
  deepStrictEqual(all.containers, [["1f", "web"], ["1f", "web"]]);
  deepStrictEqual(all.programs, [
    [numberOf(3, 1), "nginx"],
    [numberOf(3, 2), "curl"],
    [numberOf(3, 3), "sshd"],
  ]);
});
