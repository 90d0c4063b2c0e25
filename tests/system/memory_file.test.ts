import { deepStrictEqual, match, throws } from "node:assert/strict";
import { memoryFile } from "../../src/system/memory_file.ts";

Deno.test("memoryFile() holds the bytes, sealed, and a library in it can be loaded", () => {
  const bytes = Deno.readFileSync(new URL("../../build/libtcptop.so", import.meta.url));
  const path = memoryFile("libtcptop.so", bytes);
  match(path, /^\/proc\/self\/fd\/\d+$/);
  deepStrictEqual(Deno.readFileSync(path), bytes);
  match(Deno.readLinkSync(path), /^\/memfd:libtcptop\.so \(deleted\)$/);
  throws(() => Deno.writeFileSync(path, new Uint8Array(1)));
  deepStrictEqual(Deno.readFileSync(path), bytes);
  const { symbols } = Deno.dlopen(path, { tcptop__new: { parameters: [], result: "pointer" } });
  throws(() => Deno.dlopen(path, { tcptop__missing: { parameters: [], result: "void" } }));
  if (symbols.tcptop__new() === null) throw new Error("the library does not work");
});
