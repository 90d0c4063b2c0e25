import { deepStrictEqual } from "node:assert/strict";
import { readInterfaces } from "../../src/flow/zone.ts";

const TEXT = `00000000000000000000000000000001 01 80 10 80       lo
fe8000000000000050c3fffe1c7b2a01 1f 40 20 80 br-0.20
fe80000000000000000000000000000 02 40 20 80 short
fe80000000000000000000000000000a 02 40 20 80 a/b
fe80000000000000000000000000000b 03 40 20 80   et`;

Deno.test("readInterfaces() reads whole lines and leaves out what is none", () => {
  const found = readInterfaces(TEXT).map(({ address, index, name }) => [address[0], address[15], index, name]);
  deepStrictEqual(found, [[0, 1, 1, "lo"], [0xfe, 1, 31, "br-0.20"]]);
  deepStrictEqual(readInterfaces(""), []);
});
