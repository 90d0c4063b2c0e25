import { match, strictEqual } from "node:assert/strict";
import { bpfRefusal, fallbackNote } from "../../../src/source/linux/refusal.ts";

const failure = (errno: number, stage = "load the TCP programs", log = "") => ({ errno, stage, log });

Deno.test("bpfRefusal() names what keeps eBPF from running", () => {
  match(bpfRefusal(failure(2, "find the kernel's BTF"), 0, "5.10.0")!.why, /has no BTF/);
  match(bpfRefusal(failure(1), 0, "5.10.0")!.why, /BPF is refused/);
  match(
    bpfRefusal(failure(13, "load the TCP programs", "-- BEGIN PROG LOAD LOG --"), 0, "5.10.0")!.why,
    /did not load the TCP programs/,
  );
  match(bpfRefusal(failure(22), 0, "5.10.0")!.why, /did not load the TCP programs/);
  for (const errno of [1, 2, 13, 22, 38, 95]) {
    strictEqual(fallbackNote(bpfRefusal(failure(errno), 0, "5.10.0")!).code, "tcp_by_netlink");
  }
});

Deno.test("bpfRefusal() leaves missing root and missing memory to be errors", () => {
  strictEqual(bpfRefusal(failure(1), 1000, "5.10.0"), null);
  strictEqual(bpfRefusal(failure(13), 1000, "5.10.0"), null);
  strictEqual(bpfRefusal(failure(12), 0, "5.10.0"), null);
});
