import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type LookUp, Resolver } from "../../src/app/resolver.ts";
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

Deno.test("firstName() is the same in whatever order the records come", () => {
  strictEqual(firstName(["b.example.", "a.example.", "c.example"]), "a.example");
  strictEqual(firstName(["c.example", "b.example.", "a.example."]), "a.example");
  strictEqual(firstName(["."]), null);
  strictEqual(firstName([]), null);
});
