import { match, ok, strictEqual } from "node:assert/strict";
import { udpMissing } from "../../../src/source/linux/udp_notes.ts";

const EPERM = 1, EACCES = 13, ENODEV = 19, EINVAL = 22;

Deno.test("udpMissing() tells a kernel without cgroup v2 from one that may not be asked", () => {
  const stage = "find the cgroup v2 hierarchy";
  match(udpMissing({ stage, errno: ENODEV, log: "" }, 0, "5.4.33").message, /has no cgroup v2/);
  match(udpMissing({ stage, errno: EPERM, log: "" }, 0, "5.4.33").remedy!, /mount -t cgroup2/);
});

Deno.test("udpMissing() names the program that could not be attached", () => {
  match(udpMissing({ stage: "udp_out", errno: EPERM, log: "" }, 0, "5.4.33").message, /attach the UDP program udp_out/);
});

Deno.test("udpMissing() always has a remedy", () => {
  const note = udpMissing({ stage: "load the UDP programs", errno: EINVAL, log: "" }, 0, "5.4.33");
  strictEqual(note.code, "udp_unavailable");
  match(note.remedy!, /CONFIG_CGROUP_BPF/);
});

Deno.test("udpMissing() takes the verifier's EACCES for its verdict, and sends nobody to sudo for it", () => {
  const failure = {
    stage: "load the UDP programs",
    errno: EACCES,
    log: "-- BEGIN PROG LOAD LOG --\ninvalid bpf_context access",
  };
  const { message, remedy } = udpMissing(failure, 0, "5.4.33");
  match(message, /this kernel's verifier refuses them/);
  strictEqual(remedy, "Use Linux 5.7 or newer with CONFIG_BPF_SYSCALL and CONFIG_CGROUP_BPF; this is 5.4.33");
  match(
    udpMissing(failure, 0, "6.1.0").remedy!,
    /^Give it CAP_PERFMON, .*, and CAP_NET_ADMIN\. Where it has both: Linux 6\.1\.0 is new enough/,
  );
  match(
    udpMissing({ ...failure, log: "" }, 1000, "6.1.0").remedy!,
    /^Run it with sudo, or give it CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN;/,
  );
  match(
    udpMissing({ ...failure, log: "" }, 0, "6.1.0").remedy!,
    /^Give it CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN; another/,
  );
});

Deno.test("udpMissing() has a remedy for everything that may fail", () => {
  for (const errno of [1, 2, 4, 5, 11, 12, 13, 16, 19, 22, 23, 24, 28, 38, 95, 4095]) {
    for (const stage of ["find the cgroup v2 hierarchy", "load the UDP programs", "udp_out"]) {
      ok(udpMissing({ errno, stage, log: "" }, 0, "6.1.0").remedy, `${errno} ${stage}`);
    }
  }
});
