import { ok } from "node:assert/strict";
import { udpMissing } from "../../../src/source/bpf/udp_notes.ts";

Deno.test("udpMissing() has a remedy for everything that may fail", () => {
  for (const errno of [1, 2, 4, 5, 11, 12, 13, 16, 19, 22, 23, 24, 28, 38, 95, 4095]) {
    for (const stage of ["find the cgroup v2 hierarchy", "load the UDP programs", "udp_out"]) {
      ok(udpMissing({ errno, stage, log: "" }, 0, "6.1.0").remedy, `${errno} ${stage}`);
    }
  }
});
