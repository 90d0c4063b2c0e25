import { strictEqual } from "node:assert/strict";
import { madeBy, shimPath, workerUrl } from "../../src/app/paths.ts";

Deno.test("madeBy() says which kind of program this is, and why", () => {
  strictEqual(madeBy(null), "Run from source.");
  const rest = { why: "denort is not to be had", worker: "", page: "", url: "" };
  strictEqual(madeBy({ maker: "launcher", ...rest }), "One file, made by the launcher: denort is not to be had.");
  strictEqual(madeBy({ maker: "deno compile", ...rest }), "One file, made by deno compile: denort is not to be had.");
});

Deno.test("shimPath() ignores the launcher's variable in a program that the launcher has not started", () => {
  Deno.env.set("TCPTOP_SHIM_FD", "0");
  strictEqual(shimPath().endsWith("/build/libtcptop.so"), true);
  Deno.env.delete("TCPTOP_SHIM_FD");
});

Deno.test("workerUrl() is the Worker beside the source", () => {
  strictEqual(Deno.statSync(workerUrl()).isFile, true);
});
