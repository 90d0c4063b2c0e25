import { strictEqual } from "node:assert/strict";
import { communityId } from "../../../src/output/otlp/community_id.ts";
import { fakeSample } from "../../view/fake_sample.ts";

type End = readonly [string, number];

const idOf = (protocol: "tcp" | "udp", local: End, remote: End) =>
  communityId(fakeSample([{ protocol, local, remote }]).flows, 0);

// Figures of the specification's own test data, github.com/corelight/community-id-spec.
Deno.test("communityId() is what the specification has, from either end", () => {
  const cases = [
    ["tcp", ["128.232.110.120", 34855], ["66.35.250.204", 80], "1:LQU9qZlK+B5F3KDmev6m5PMibrg="],
    ["udp", ["192.168.1.52", 54585], ["8.8.8.8", 53], "1:d/FP5EW3wiY1vCndhwleRRKHowQ="],
    [
      "tcp",
      ["2001:470:e5bf:dead:4957:2174:e82c:4887", 63943],
      ["2607:f8b0:400c:c03::1a", 25],
      "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
    ],
  ] as const;
  for (const [protocol, one, other, id] of cases) {
    strictEqual(idOf(protocol, one, other), id);
    strictEqual(idOf(protocol, other, one), id);
  }
});
