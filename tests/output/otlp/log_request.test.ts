import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Value } from "../../../src/output/otlp/attribute_set.ts";
import { encodeLogs } from "../../../src/output/otlp/encode.ts";
import { endedRows, logRecord } from "../../../src/output/otlp/log_records.ts";
import { LogRequest } from "../../../src/output/otlp/log_request.ts";
import { parseNetworks } from "../../../src/output/networks.ts";
import { ProtobufWriter } from "../../../src/output/otlp/protobuf.ts";
import { resourceAttributes } from "../../../src/output/otlp/resource.ts";
import { attributesOf, decode, RECORD } from "../../support/otlp_decode.ts";
import { type FakeFlow, fakeSample } from "../../view/fake_sample.ts";

const NETWORKS = parseNetworks("n", "1.1.1.0/24 cl\u00f6ud");

const ID = "0123456789abcdef".repeat(4);
const containers = fc.constantFrom(null, "web", "default/web-0/app");

const flow: fc.Arbitrary<FakeFlow> = fc.record({
  process: fc.oneof(fc.constantFrom("curl", null, "c\u00fcrl"), fc.string({ unit: "grapheme", maxLength: 15 })),
  pid: fc.nat(2 ** 22),
  protocol: fc.constantFrom("tcp", "udp"),
  local: fc.tuple(fc.constantFrom("10.0.0.2", "fe80::1", "::1"), fc.nat(65535)),
  remote: fc.tuple(fc.constantFrom("1.1.1.1", "2001:db8::7"), fc.integer({ min: 1, max: 65535 })),
  direction: fc.constantFrom("in", "out"),
  rx: fc.oneof(fc.constantFrom(127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1), fc.nat()),
  tx: fc.nat(),
  rttUs: fc.nat(2 ** 31),
  retransmits: fc.nat(),
  ageMs: fc.nat(10 ** 9),
  established: fc.boolean(),
  inside: fc.boolean(),
  unknown: fc.nat(255),
  netns: fc.nat(2 ** 32 - 1),
}).map((flow) => ({ ...flow, closed: true }));

Deno.test("LogRequest makes the bytes that OpenTelemetry's serialiser makes, request after request", () => {
  const request = new LogRequest(NETWORKS);
  fc.assert(
    fc.property(
      fc.array(flow, { maxLength: 40 }),
      fc.string({ unit: "grapheme", maxLength: 200 }),
      containers,
      (flows, name, container) => {
        const path = `/kubepods/pod01234567-89ab-cdef-0123-456789abcdef/${ID}`;
        const sample = fakeSample(flows, {
          cgroups: [{ path, container: { id: ID, runtime: "containerd" } }],
          containers: new Map(container === null ? [] : [[ID, container]]),
        });
        const resource = resourceAttributes(sample.host, { "service.name": name });
        const rows = endedRows(sample, null), records = rows.map((row) => logRecord(sample, row, NETWORKS));
        if (rows.length === 0) return;
        for (const row of rows) request.add(sample, row);
        strictEqual(request.length, rows.length);
        deepStrictEqual(request.take(resource), encodeLogs(records, resource, "protobuf"));
      },
    ),
  );
});

Deno.test("LogRequest makes room for a request of megabytes and for a record whose length takes three bytes", () => {
  const request = new LogRequest(null), texts = [7, 70_000].map((length) => "\u00e4".repeat(length));
  for (const path of texts) {
    const sample = fakeSample(Array.from({ length: 5000 }, () => ({ closed: true })), {
      cgroups: [{ path, container: null }],
    });
    const rows = endedRows(sample, null).slice(0, path.length > 7 ? 30 : 5000), resource = { "service.name": "tcptop" };
    for (const row of rows) request.add(sample, row);
    const records = rows.map((row) => logRecord(sample, row, null));
    deepStrictEqual(request.take(resource), encodeLogs(records, resource, "protobuf"));
  }
});

Deno.test("ProtobufWriter has numbers of every size, and texts that are no UTF-16", () => {
  const values: Value[] = [0, -1, -(2 ** 40) - 1, 2 ** 53 - 1, 1.5, -0.1, NaN, true, false, "", "\ud800!", "\u{1f600}"];
  const writer = new ProtobufWriter();
  values.forEach((value, i) => writer.attribute(6, `v${i}`, value));
  const told = attributesOf(decode(writer.bytes.subarray(0, writer.at), RECORD));
  deepStrictEqual(values.map((_, i) => told[`v${i}`]), values.map(read));
});

/** As the decoder has it: int64 without its sign. */
function read(value: Value): Value {
  if (typeof value === "string") return value.toWellFormed();
  return typeof value === "number" && Number.isInteger(value) && value < 0
    ? Number(BigInt.asUintN(64, BigInt(value)))
    : value;
}
