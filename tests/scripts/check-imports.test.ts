import { deepStrictEqual } from "node:assert/strict";
import { wrongGraph, wrongImports } from "../../scripts/check-imports.ts";

Deno.test("wrongImports() allows a file's own folder and those above it", () => {
  const text = `import { a } from "./sample.ts";\nimport type { B } from "../wire/layout.ts";\nimport "npm:x";`;
  deepStrictEqual(wrongImports("flow/tables.ts", text), []);
  deepStrictEqual(wrongImports("flow/tables.ts", `import { ExitStatus } from "../errors.ts";`), []);
  deepStrictEqual(wrongImports("cli.ts", `import { run } from "./app/run.ts";`), []);
});

Deno.test("wrongImports() names each import from below, static and dynamic", () => {
  const text = `import { run } from "../app/run.ts";\nconst view = await import("../view/flow.ts");`;
  deepStrictEqual(wrongImports("decode/decode.ts", text), [
    "decode/decode.ts imports app/run.ts, which is below it",
    "decode/decode.ts imports view/flow.ts, which is below it",
  ]);
});

Deno.test("wrongImports() refuses a folder that the order does not know", () => {
  deepStrictEqual(wrongImports("view/flow.ts", `export * from "../other/x.ts";`), [
    "view/flow.ts imports other/x.ts, which is below it",
  ]);
});

Deno.test("wrongImports() lets what all import import view alone", () => {
  deepStrictEqual(wrongImports("options.ts", `import { COLUMNS } from "./view/column.ts";`), []);
  deepStrictEqual(wrongImports("errors.ts", `import { run } from "./app/run.ts";`), [
    "errors.ts imports app/run.ts, but all import it",
  ]);
});

const graph = (files: Record<string, string>) => wrongGraph(new Map(Object.entries(files)));

Deno.test("wrongGraph() takes the shim's layers: downward, within a folder, and what both sides of a border are made from", () => {
  deepStrictEqual(
    graph({
      "ffi/handle.c": `#include "handle.h"\n#include "bpf/ring.h"\n#include <errno.h>`,
      "ffi/handle.h": `#include "base/source.h"\n#include "tcptop.h"`,
      "ffi/base/source.h": `#include "bytes.h"\n#include "../../bpf/record.h"`,
      "ffi/process/self.c": `#include "../base/clock.h"\n  #  include "../tcptop.h"`,
      "bpf/tcp.bpf.c": `#include "record.h"`,
    }),
    [],
  );
});

Deno.test("wrongGraph() names both files of an include that points the wrong way", () => {
  deepStrictEqual(
    graph({
      "ffi/base/clock.c": `#include "clock.h"\n#include "../process/proc.h"`,
      "ffi/netlink/netlink.c": `#include "../bpf/ring.h"`,
      "ffi/bpf/ring.c": `#include "../handle.h"`,
      "ffi/netlink/udp.c": `#include "../new/x.h"`,
      "ffi/bpf/walk.c": `#include "../../bpf/kernel.h"`,
      "ffi/tcptop.h": `#include "../bpf/record.h"`,
      "bpf/maps.h": `#include "../ffi/tcptop.h"`,
    }),
    [
      "ffi/base/clock.c includes ffi/process/proc.h, which is not below it",
      "ffi/netlink/netlink.c includes ffi/bpf/ring.h, which is not below it",
      "ffi/bpf/ring.c includes ffi/handle.h, which is not below it",
      "ffi/netlink/udp.c includes ffi/new/x.h, which is not below it",
      "ffi/bpf/walk.c includes bpf/kernel.h, which is beyond the border of ffi/",
      "ffi/tcptop.h includes bpf/record.h, which is beyond the border of ffi/",
      "bpf/maps.h includes ffi/tcptop.h, which is beyond the border of bpf/",
    ],
  );
});

Deno.test("wrongGraph() names all files of a circle, once; a .c file and its header are one", () => {
  deepStrictEqual(
    graph({
      "ffi/bpf/ring.c": `#include "ring.h"`,
      "ffi/bpf/ring.h": `#include "state.h"`,
      "ffi/bpf/state.h": `#include <bpf/bpf.h>`,
      "ffi/bpf/state.c": `#include "walk.h"`,
      "ffi/bpf/walk.h": `#include "ring.h"`,
    }),
    ["a circle: ffi/bpf/ring.[ch] -> ffi/bpf/state.[ch] -> ffi/bpf/walk.[ch] -> ffi/bpf/ring.[ch]"],
  );
  deepStrictEqual(
    graph({
      "src/flow/a.ts": `import "./b.ts";`,
      "src/flow/b.ts": `export * from "./a.ts";`,
    }),
    ["a circle: src/flow/a.ts -> src/flow/b.ts -> src/flow/a.ts"],
  );
  deepStrictEqual(
    graph({
      "bpf/a.h": `#include "b.h"`,
      "bpf/b.h": `#include "a.h"`,
      "bpf/b.bpf.c": `#include "b.h"`,
    }),
    ["a circle: bpf/a.[ch] -> bpf/b.[ch] -> bpf/a.[ch]"],
  );
});
