import { match, strictEqual } from "node:assert/strict";
import { udpMissing } from "../../src/source/bpf/udp_notes.ts";

const EPERM = 1, ENODEV = 19, EINVAL = 22;

Deno.test("udpMissing() tells a kernel without cgroup v2 from one that may not be asked", () => {
  const stage = "find the cgroup v2 hierarchy";
  match(udpMissing({ stage, errno: ENODEV, log: "" }).message, /has no cgroup v2/);
  match(udpMissing({ stage, errno: EPERM, log: "" }).remedy!, /mount -t cgroup2/);
});

Deno.test("udpMissing() names the program that could not be attached", () => {
  match(udpMissing({ stage: "udp_out", errno: EPERM, log: "" }).message, /attach the UDP program udp_out/);
});

Deno.test("udpMissing() always has a remedy", () => {
  const note = udpMissing({ stage: "load the UDP programs", errno: EINVAL, log: "" });
  strictEqual(note.code, "udp_unavailable");
  match(note.remedy!, /CONFIG_CGROUP_BPF/);
});
