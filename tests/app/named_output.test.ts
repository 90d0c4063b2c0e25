import { deepStrictEqual } from "node:assert/strict";
import type { Sample } from "../../src/flow/sample.ts";
import { NamedOutput } from "../../src/app/named_output.ts";
import { Resolver } from "../../src/app/resolver.ts";
import { fakeSample } from "../view/fake_sample.ts";

/** The names in each sample that came out. */
async function named(lookUp: (address: string) => Promise<string | null>): Promise<string[]> {
  const names: string[] = [], resolver = new Resolver(lookUp, () => 0, () => {});
  const output = new NamedOutput({ sample: (sample: Sample) => void names.push(...sample.names.values()) }, resolver);
  await output.sample(fakeSample([{ remote: ["1.1.1.1", 443] }, { remote: ["9.9.9.9", 443] }]));
  return names.sort();
}

Deno.test("NamedOutput.sample() waits for names", async () => {
  deepStrictEqual(await named((address) => Promise.resolve(`${address}.example`)), [
    "1.1.1.1.example",
    "9.9.9.9.example",
  ]);
});

Deno.test("NamedOutput.sample() does not wait for ever", async () => {
  const lookUp = (address: string) =>
    address === "1.1.1.1" ? new Promise<null>(() => {}) : Promise.resolve("nine.example");
  deepStrictEqual(await named(lookUp), ["nine.example"]);
});
