import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type LookUp, Resolver } from "../../src/app/resolver.ts";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { dnsMessage, pointer } from "../support/dns.ts";
import { firstName, reverseDns, reverseName } from "../../src/app/reverse_dns.ts";

const LIMITS = { atOnce: 2, waiting: 4, kept: 3, nameForMs: 100, noneForMs: 10 };

/** A name server that answers when told to. */
function slow() {
  const asked: string[] = [], answers = new Map<string, (name: string | null) => void>();
  const lookUp: LookUp = (address) => {
    asked.push(address);
    return new Promise((resolve) => answers.set(address, resolve));
  };
  const answer = async (address: string, name: string | null) => {
    answers.get(address)!(name);
    for (let i = 0; i < 4; i++) await Promise.resolve();
  };
  return { asked, lookUp, answer };
}

Deno.test("Resolver.want() asks a few at once, each once, and what is wanted now first", async () => {
  const { asked, lookUp, answer } = slow(), resolver = new Resolver(lookUp, () => 0, () => {}, LIMITS);
  resolver.want(["a", "b", "c", "a"]);
  deepStrictEqual(asked, ["a", "b"]);
  resolver.want(["a", "d"]);
  await answer("b", "b.example");
  deepStrictEqual(asked, ["a", "b", "d"]);
  deepStrictEqual([...resolver.names], [["b", "b.example"]]);
});

Deno.test("Resolver.want() asks again when an answer is old, sooner when there was none", async () => {
  const { asked, lookUp, answer } = slow();
  let now = 0, named = 0;
  const resolver = new Resolver(lookUp, () => now, () => named++, LIMITS);
  resolver.want(["a", "b"]);
  await answer("a", "a.example");
  await answer("b", null);
  strictEqual(named, 1);
  now = 11;
  resolver.want(["a", "b"]);
  deepStrictEqual(asked, ["a", "b", "b"]);
  now = 101;
  resolver.want(["a"]);
  deepStrictEqual(asked, ["a", "b", "b", "a"]);
  strictEqual(resolver.names.get("a"), "a.example");
});

Deno.test("Resolver takes a failure for no name and forgets the oldest answers", async () => {
  const resolver = new Resolver(
    (address) => address === "x" ? Promise.reject(new Error("down")) : Promise.resolve(`${address}.example`),
    () => 0,
    () => {},
    LIMITS,
  );
  resolver.want(["x", "a", "b", "c"]);
  for (let i = 0; i < 40; i++) await Promise.resolve();
  deepStrictEqual([...resolver.names.keys()], ["a", "b", "c"]);
  resolver.want(["d"]);
  for (let i = 0; i < 40; i++) await Promise.resolve();
  deepStrictEqual([...resolver.names.keys()], ["b", "c", "d"]);
});

Deno.test("reverseName() gives the name that the DNS has for an address", () => {
  strictEqual(reverseName("10.7.8.9"), "9.8.7.10.in-addr.arpa.");
  strictEqual(reverseName("2001:db8::1"), `${"1" + "0".repeat(23)}8bd01002`.split("").join(".") + ".ip6.arpa.");
});

Deno.test("reverseDns() asks nobody about this machine and this link", async () => {
  deepStrictEqual(await Promise.all(["127.0.0.53", "::1", "fe80::1%2", "0.0.0.0"].map(reverseDns)), [
    null,
    null,
    null,
    null,
  ]);
});

/** A name server that has one name for every address, and its questions answered. */
async function nameServer(name: readonly number[]) {
  const socket = createSocket("udp4"), header = 12;
  socket.on("message", (question, { port, address }) => {
    const asked = [...question.subarray(header, question.indexOf(0, header) + 1)], id = question.readUInt16BE(0);
    socket.send(
      dnsMessage({ asked, id, type: 12, answers: [{ name: pointer(header), type: 12, data: name }] }),
      port,
      address,
    );
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  return {
    ask: () => Deno.resolveDns("1.0.0.10.in-addr.arpa.", "PTR", { nameServer: { ipAddr: "127.0.0.1", port } }),
    [Symbol.asyncDispose]: async () => void await Promise.all([once(socket, "close"), socket.close()]),
  };
}

Deno.test("firstName() tells the name that the server has, as answers to a process are told", async () => {
  for (
    const [labels, name] of [
      // Cyrillic letters, which look like "apple.com".
      [["xn--80ak6aa92e", "com"], "xn--80ak6aa92e.com"],
      [["XN--80AK6AA92E", "com"], "XN--80AK6AA92E.com"],
      [["xn--wgv71a119e", "xn--zckzah"], "xn--wgv71a119e.xn--zckzah"],
      [["xn--fa-hia", "de"], "xn--fa-hia.de"],
      [["xn--abc-", "xn--", "x"], "xn--abc-.xn--.x"],
      [["host_1", "Example"], "host_1.Example"],
      [["0/25", "-a", "*", "~b", "a@c"], "0/25.-a.*.~b.a@c"],
      [["\x1b[2J\x07", "x"], "\\027[2J\\007.x"],
      [["日本", "x"], "\\230\\151\\165\\230\\156\\172.x"],
      [["a.b\\c", "1\\2"], "a\\.b\\\\c.1\\\\2"],
    ] as const
  ) {
    const bytes = labels.map((label) => [...new TextEncoder().encode(label)]);
    await using server = await nameServer([...bytes.flatMap((label) => [label.length, ...label]), 0]);
    strictEqual(firstName(await server.ask()), name);
  }
});

Deno.test("firstName() is the same in whatever order the records come", () => {
  strictEqual(firstName(["b.example.", "a.example.", "c.example"]), "a.example");
  strictEqual(firstName(["c.example", "b.example.", "a.example."]), "a.example");
  strictEqual(firstName(["."]), null);
  strictEqual(firstName([]), null);
});
