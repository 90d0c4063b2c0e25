import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { readDnsAnswer } from "../../src/decode/dns.ts";
import { a, aaaa, cname, dnsMessage, dnsName, type Message, pointer } from "../support/dns.ts";

const SIX = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];

/** name, then address and TTL of each. */
function read(message: Message | Uint8Array): string {
  const answer = readDnsAnswer(message instanceof Uint8Array ? message : dnsMessage(message));
  if (answer === null) return "none";
  const addresses = answer.addresses.map(({ family, bytes, ttlS }) =>
    `${family === 4 ? bytes.slice(0, 4).join(".") : bytes.join(".")}/${ttlS}`
  );
  return [answer.name, ...addresses].join(" ");
}

Deno.test("readDnsAnswer() reads A and AAAA of the name that was asked for, in lower case", () => {
  const asked = "Api.EXAMPLE.com";
  strictEqual(
    read({ asked, answers: [a(pointer(12), "192.0.2.1"), a("api.example.COM", "192.0.2.2", 7)] }),
    "api.example.com 192.0.2.1/60 192.0.2.2/7",
  );
  strictEqual(read({ asked, answers: [aaaa(pointer(12), SIX, 3600)] }), `api.example.com ${SIX.join(".")}/3600`);
});

Deno.test("readDnsAnswer() follows a chain of aliases in any order, and takes nothing that is not in it", () => {
  const chain = [cname(pointer(12), "b.example"), cname("b.example", "c.example"), a("c.example", "192.0.2.3")];
  strictEqual(read({ asked: "a.example", answers: chain }), "a.example 192.0.2.3/60");
  strictEqual(read({ asked: "a.example", answers: chain.toReversed() }), "a.example 192.0.2.3/60");
  const strangers = [a("bank.example", "192.0.2.66"), cname("x.example", "bank.example")];
  strictEqual(read({ asked: "a.example", answers: [...strangers, ...chain] }), "a.example 192.0.2.3/60");
  strictEqual(read({ asked: "a.example", answers: strangers }), "none");
  const circle = [cname("a.example", "b.example"), cname("b.example", "a.example"), a("b.example", "192.0.2.4")];
  strictEqual(read({ asked: "a.example", answers: circle }), "a.example 192.0.2.4/60");
});

Deno.test("readDnsAnswer() leaves alone what is no answer with an address", () => {
  const asked = "a.example", answers = [a(pointer(12), "192.0.2.1")];
  const none: Message[] = [
    { asked, answers, flags: 0x0100 }, // a question
    { asked, answers, flags: 0x8183 }, // NXDOMAIN
    { asked, answers, flags: 0xa980 }, // an update
    { asked, answers, questions: 0 },
    { asked, answers, questions: 2 },
    { asked, answers, class: 3 }, // CHAOS
    { asked, answers: [] },
    { asked: "", answers: [a("", "192.0.2.1")] }, // the root
    { asked, answers: [{ ...answers[0], data: [1, 2, 3] }] },
    { asked, answers: [{ ...answers[0], type: 16 }] },
  ];
  for (const message of none) strictEqual(read(message), "none", JSON.stringify(message));
});

Deno.test("readDnsAnswer() is not led round by pointers, nor beyond the bytes", () => {
  const asked = "a.example",
    bad = [pointer(23), pointer(24), pointer(25), pointer(0x3fff), [0x40, 1], [0x80], [63, 1], [1, 97, ...pointer(25)]];
  for (const name of bad) strictEqual(read({ asked, answers: [a(name, "192.0.2.1")] }), "none", String(name));
  // A name whose labels are each a pointer to the one before, through the whole message.
  const long = Array.from(
    { length: 300 },
    (_, i) => a([1, 97, ...pointer(i === 0 ? 12 : 27 + (i - 1) * 18)], "192.0.2.1"),
  );
  strictEqual(read({ asked, answers: long }), "none");
  strictEqual(read({ asked: pointer(12), answers: [] }), "none", "the question points to itself");
});

Deno.test("readDnsAnswer() reads the longest name there may be, with whatever bytes, as printable ASCII", () => {
  const label = [63, ...Array.from({ length: 63 }, (_, i) => i)], rest = [61, ...new Array(61).fill(0x2e)];
  const longest = [...label, ...label, ...label, ...rest, 0];
  strictEqual(longest.length, 255);
  const answer = readDnsAnswer(dnsMessage({ asked: longest, answers: [a(pointer(12), "192.0.2.1")] }))!;
  ok(/^[\x21-\x7e]+$/.test(answer.name));
  ok(answer.name.startsWith("\\000\\001\\002") && answer.name.endsWith("\\.\\."));
  const longer = [...label, ...label, ...label, 62, ...new Array(62).fill(97), 0];
  strictEqual(read({ asked: longer, answers: [a(pointer(12), "192.0.2.1")] }), "none");
  const escape = [...dnsName("x")].slice(0, -1).concat([5, 0x1b, 0x5b, 0x33, 0x31, 0x6d, 3, 0xc3, 0xa9, 0x5c, 0]);
  strictEqual(
    read({ asked: escape, answers: [a(pointer(12), "192.0.2.1")] }),
    "x.\\027[31m.\\195\\169\\\\ 192.0.2.1/60",
  );
});

Deno.test("readDnsAnswer() takes a TTL with the highest bit for 0", () => {
  strictEqual(
    read({ asked: "a.example", answers: [a(pointer(12), "192.0.2.1", 0xffffffff)] }),
    "a.example 192.0.2.1/0",
  );
});

Deno.test("readDnsAnswer() reads what is whole of a message that was cut", () => {
  const message = dnsMessage({
    asked: "a.example",
    answers: [a(pointer(12), "192.0.2.1"), a(pointer(12), "192.0.2.2")],
  });
  for (let length = 0; length <= message.length; length++) {
    const expected = length < message.length - 16
      ? "none"
      : length < message.length
      ? "a.example 192.0.2.1/60"
      : "a.example 192.0.2.1/60 192.0.2.2/60";
    strictEqual(read(message.subarray(0, length)), expected, String(length));
  }
});

Deno.test("readDnsAnswer() ends on any bytes", () => {
  const header = [0, 7, 0x81, 0x80, 0, 1, 0xff, 0xff, 0, 0, 0, 0];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1240 }), (bytes) => {
      readDnsAnswer(bytes);
      readDnsAnswer(Uint8Array.from([...header, ...bytes]));
    }),
    { numRuns: 2000 },
  );
  deepStrictEqual(readDnsAnswer(Uint8Array.from([...header, ...new Array(1228).fill(0xc0)])), null);
});
