import { strictEqual } from "node:assert/strict";
import { hostOf, isLoopback } from "../../src/app/host_name.ts";

Deno.test("hostOf() has one spelling for each host, and none for what is none", () => {
  const hosts = {
    "LocalHost.:9435": "localhost",
    "0:0:0:0:0:0:0:1": "[::1]",
    "[0::1]:1": "[::1]",
    "127.1": "127.0.0.1",
    "a-b.c_d": "a-b.c_d",
  };
  for (const [text, host] of Object.entries(hosts)) strictEqual(hostOf(text), host, text);
  for (const text of ["", "[", "[]", "[::1", "a@b", "a b", "a/b", "999.1.1.1", "a:99999", ":1", ".", "a:1:2x"]) {
    strictEqual(hostOf(text), null, text);
  }
});

Deno.test("isLoopback() takes no name that only begins like one", () => {
  for (const name of ["localhost", "127.0.0.53", "[::1]", "[::ffff:7f00:1]"]) strictEqual(isLoopback(name), true, name);
  for (const name of ["localhost.evil", "127.0.0.1.x", "[::11]", "[::ffff:80ff:1]", "10.127.0.0", ""]) {
    strictEqual(isLoopback(name), false, name);
  }
});
