import { strictEqual } from "node:assert/strict";
import { isHybrid, processCgroup } from "../../src/flow/process_cgroup.ts";

const DOCKER = `/docker/${"ab".repeat(32)}`;

Deno.test("processCgroup() takes version 2's path where there is no other", () => {
  strictEqual(processCgroup("0::/user.slice/user-1000.slice\n"), "/user.slice/user-1000.slice");
});

Deno.test("processCgroup() finds a container in whichever hierarchy it was made", () => {
  const text =
    `12:cpu,cpuacct:/\n5:memory:${DOCKER}\n1:name=systemd:/system.slice/containerd.service\n0::/system.slice/containerd.service\n`;
  strictEqual(processCgroup(text), DOCKER);
});

Deno.test("processCgroup() takes systemd's path where version 2's says nothing", () => {
  strictEqual(
    processCgroup("4:pids:/x\n1:name=systemd:/system.slice/cron.service\n0::/\n"),
    "/system.slice/cron.service",
  );
});

Deno.test("processCgroup() reads paths with colons in them", () => {
  strictEqual(processCgroup("0::/a:b:/c\n"), "/a:b:/c");
});

Deno.test("processCgroup() is null when there is nothing to read", () => {
  for (const text of ["", "\n", "garbage", "4:pids:relative\n"]) strictEqual(processCgroup(text), null);
});

Deno.test("isHybrid() tells whether there are hierarchies of version 1", () => {
  strictEqual(isHybrid("0::/user.slice\n"), false);
  strictEqual(isHybrid("3:pids:/\n0::/\n"), true);
});
