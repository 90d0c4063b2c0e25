import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Decoder } from "../../src/decode/decode.ts";
import { unpackFlows } from "../../src/flow/columns.ts";
import { StateReader, type StateWriter } from "../../src/flow/state.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { DnsAnswerLayout, Tag } from "../../src/wire/layout.ts";
import { a, aaaa, dnsMessage, pointer } from "../support/dns.ts";
import { address, ended, join, live, record, tick } from "../support/records.ts";

const S = 1_000_000_000, START = 5 * S;

interface Asked {
  readonly tgid?: number;
  readonly startNs?: number;
  readonly atS: number;
  readonly ttl?: number;
}

function answer(
  name: string,
  addresses: readonly string[],
  { tgid = 1234, startNs = START, atS, ttl = 60 }: Asked,
): Uint8Array {
  const answers = addresses.map((text) =>
    text.includes(":") ? aaaa(pointer(12), [...address(text)], ttl) : a(pointer(12), text, ttl)
  );
  const payload = dnsMessage({ asked: name, answers });
  const fields = {
    tag: Tag.dnsAnswer,
    size: DnsAnswerLayout.byteLength,
    bytes: payload.length,
    timeNs: BigInt(atS * S),
  };
  return record(DnsAnswerLayout, { ...fields, ownerStartNs: BigInt(startNs), tgid, payload });
}

const flow = (cookie: number, openedS: number, remote = "192.0.2.1", more = {}) =>
  live({ cookie, openedNs: BigInt(openedS * S), ownerStartNs: BigInt(START), remoteAddress: address(remote), ...more });

/** The names of all flows by cookie, sample after sample. */
function play(...samples: readonly (readonly Uint8Array[])[]) {
  const tables = new FlowTables(), decoder = new Decoder(tables), texts = new Map<number, string>();
  const names = samples.map((records, i) => {
    decoder.decode(join(...records, tick((100 + i) * S)));
    const { flows, length } = tables.takeSample(),
      f = unpackFlows(flows, length),
      found: Record<number, string | null> = {};
    for (const [number, text] of tables.answers.take()) texts.set(number, text);
    for (let row = 0; row < length; row++) found[f.cookieLow[row]] = texts.get(f.answer[row]) ?? null;
    return found;
  });
  strictEqual(decoder.invalid, 0);
  return { names, evicted: tables.answers.evicted };
}

Deno.test("Answers name the address in the rows of the process that has asked, and in no other's", () => {
  const other = { tgid: 99, ownerStartNs: BigInt(7 * S) }, reused = { ownerStartNs: BigInt(9 * S) };
  const { names } = play([
    answer("api.example", ["192.0.2.1", "2001:db8::9"], { atS: 50 }),
    flow(1, 51),
    flow(2, 51, "192.0.2.2"),
    flow(3, 51, "192.0.2.1", other),
    flow(4, 51, "192.0.2.1", reused),
    flow(5, 51, "2001:db8::9", { family: 6 }),
    flow(6, 51, "::ffff:192.0.2.1", { family: 6 }),
  ]);
  deepStrictEqual(names, [{ 1: "api.example", 2: null, 3: null, 4: null, 5: "api.example", 6: "api.example" }]);
});

Deno.test("Answers give each flow the name that was asked for last before it began, and it keeps that", () => {
  const { names } = play(
    [
      answer("one.example", ["192.0.2.1"], { atS: 50 }),
      flow(1, 51),
      answer("two.example", ["192.0.2.1"], { atS: 52 }),
      flow(2, 53),
    ],
    [answer("three.example", ["192.0.2.1"], { atS: 54 }), flow(1, 51), flow(2, 53), flow(3, 55)],
  );
  deepStrictEqual(names[0], { 1: "one.example", 2: "two.example" });
  deepStrictEqual(names[1], { 1: "one.example", 2: "two.example", 3: "three.example" });
});

Deno.test("Answers name a flow that is older than they are, or than the source, by the newest one", () => {
  const { names } = play(
    [flow(1, 0), flow(2, 40)],
    [
      answer("one.example", ["192.0.2.1"], { atS: 50 }),
      answer("two.example", ["192.0.2.1"], { atS: 52 }),
      flow(1, 0),
      flow(2, 40),
    ],
  );
  deepStrictEqual(names, [{ 1: null, 2: null }, { 1: "two.example", 2: "two.example" }]);
});

Deno.test("Answers are good for their TTL, at least for ten minutes and at most for a week", () => {
  const at = { atS: 1000 };
  const { names } = play([
    answer("short.example", ["192.0.2.1"], { ...at, ttl: 1 }),
    answer("long.example", ["192.0.2.2"], { ...at, ttl: 3600 }),
    answer("ever.example", ["192.0.2.3"], { ...at, ttl: 0x7fffffff }),
    ...[1600, 1601].map((s) => flow(s, s, "192.0.2.1")),
    ...[4600, 4601].map((s) => flow(s, s, "192.0.2.2")),
    ...[605800, 605801].map((s) => flow(s, s, "192.0.2.3")),
  ]);
  const good = { 1600: "short.example", 4600: "long.example", 605800: "ever.example" };
  deepStrictEqual(names, [{ ...good, 1601: null, 4601: null, 605801: null }]);
});

Deno.test("Answers never name loopback, nor what stands for no address", () => {
  const loopback = ["127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1"];
  const { names } = play([
    answer("blocked.example", loopback, { atS: 50 }),
    ...loopback.map((text, i) => flow(i + 1, 51, text, { family: text.includes(":") ? 6 : 4 })),
  ]);
  deepStrictEqual(Object.values(names[0]), loopback.map(() => null));
});

Deno.test("Answers to a process whose start is not known name what it had begun before", () => {
  const { names } = play([
    answer("plain.example", ["192.0.2.1"], { atS: 50, startNs: 0 }),
    flow(1, 51),
    flow(2, 51, "192.0.2.1", { ownerStartNs: BigInt(50 * S + 1) }),
    flow(3, 51, "192.0.2.1", { ownerStartNs: 0n }),
  ]);
  deepStrictEqual(names, [{ 1: "plain.example", 2: null, 3: null }]);
});

Deno.test("Answers to a process outside of tcptop's PID namespace are told apart by its start", () => {
  const outside = { tgid: 0, startNs: 6 * S, atS: 50 },
    of = (startS: number) => ({ tgid: 0, ownerStartNs: BigInt(startS * S) });
  const { names } = play([
    answer("out.example", ["192.0.2.1"], outside),
    flow(1, 51, "192.0.2.1", of(6)),
    flow(2, 51, "192.0.2.1", of(7)),
  ]);
  deepStrictEqual(names, [{ 1: "out.example", 2: null }]);
});

Deno.test("Answers are named in the last sample of a flow that has ended, and when its owner comes later", () => {
  const { names } = play(
    [
      answer("api.example", ["192.0.2.1"], { atS: 50 }),
      flow(1, 51, "192.0.2.1", { how: 0, tgid: 0, ownerStartNs: 0n }),
    ],
    [ended({ cookie: 1, openedNs: BigInt(51 * S), ownerStartNs: BigInt(START), remoteAddress: address("192.0.2.1") })],
  );
  deepStrictEqual(names, [{ 1: null }, { 1: "api.example" }]);
});

Deno.test("Answers stay within their bound, count what is forgotten, and forget the oldest", () => {
  const many = Array.from(
    { length: 16_384 + 7 },
    (_, i) => answer(`n${i}.example`, [`10.${i >> 16}.${i >> 8 & 255}.${i & 255}`], { atS: 50 }),
  );
  const { names, evicted } = play([...many, flow(1, 51, "10.0.0.6"), flow(2, 51, "10.0.0.7")]);
  strictEqual(evicted, 7);
  deepStrictEqual(names, [{ 1: null, 2: "n7.example" }]);
});

Deno.test("Answers that are none are left alone, whatever their records say of themselves", () => {
  const broken = answer("api.example", ["192.0.2.1"], { atS: 50 });
  new DataView(broken.buffer).setUint16(DnsAnswerLayout.bytes, 0xffff, true);
  const short = answer("api.example", ["192.0.2.1"], { atS: 50 }).slice(0, DnsAnswerLayout.payload + 8);
  new DataView(short.buffer).setUint16(DnsAnswerLayout.size, short.length, true);
  deepStrictEqual(play([short, flow(1, 51)]).names, [{ 1: null }]);
  deepStrictEqual(play([broken, flow(1, 51)]).names, [{ 1: "api.example" }]);
});

Deno.test("Answers are kept with the tables, and tell all names again", () => {
  const before = new FlowTables();
  new Decoder(before).decode(join(
    answer("one.example", ["192.0.2.1"], { atS: 50 }),
    answer("two.example", ["192.0.2.2", "2001:db8::9"], { atS: 50, ttl: 3600 }),
    flow(1, 51),
    tick(100 * S),
  ));
  const to: StateWriter[] = [];
  before.takeSample(null, (state) => to.push(state));
  before.saveKnown(to[0]);
  const after = new FlowTables(), state = new StateReader(to[0].finish());
  after.load(state);
  after.takeSample();
  new Decoder(after).decode(join(flow(1, 51), flow(2, 52, "2001:db8::9", { family: 6 }), flow(3, 52), tick(101 * S)));
  const texts = new Map(after.answers.take()), { flows, length } = after.takeSample(), f = unpackFlows(flows, length);
  deepStrictEqual([0, 1, 2].map((row) => texts.get(f.answer[row])), ["one.example", "two.example", "one.example"]);
});
