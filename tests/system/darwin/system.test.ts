import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { openLibrary, SYMBOLS } from "../../../src/system/darwin/library.ts";
import type { Library } from "../../../src/system/darwin/library.ts";
import { DarwinSystem } from "../../../src/system/darwin/system.ts";
import { in4in6, pcbList } from "./pcbs.ts";

/** Two of the calls are in every C library, with the same arguments: they are made for real, into that of this machine. */
function standIn(own: Partial<Library["symbols"]>): DarwinSystem {
  const { getpwuid_r, if_nametoindex } = SYMBOLS;
  const { symbols } = Deno.dlopen("libc.so.6", { getpwuid_r, if_nametoindex });
  return new DarwinSystem({ symbols: { ...symbols, ...own } as Library["symbols"] });
}

Deno.test("openLibrary() names its library in full: a leaf name is looked for in the working directory first", async () => {
  const opened: (string | URL)[] = [], { dlopen } = Deno;
  Deno.dlopen = (path) => {
    opened.push(path);
    throw new Error("not here");
  };
  try {
    await rejects(async () => void await openLibrary(), /not here/);
  } finally {
    Deno.dlopen = dlopen;
  }
  deepStrictEqual(opened, ["/usr/lib/libSystem.B.dylib"]);
});

Deno.test("DarwinSystem.userName() reads the name behind the pointer in struct passwd", () => {
  strictEqual(standIn({}).userName(0), "root");
  strictEqual(standIn({}).userName(4294967), null);
});

Deno.test("DarwinSystem.interfaceIndex() hands over a C string", () => {
  strictEqual(standIn({}).interfaceIndex("lo"), 1);
  strictEqual(standIn({}).interfaceIndex("no-such-one"), 0);
});

Deno.test("DarwinSystem.path() takes as many bytes as were written", () => {
  const path = (text: string) =>
    standIn({
      proc_pidpath: (pid, buffer, size) => {
        deepStrictEqual([pid, size], [4711, 4096]);
        return new TextEncoder().encodeInto(text, buffer as Uint8Array).written;
      },
    }).path(4711);
  strictEqual(path("/Applications/例.app/Contents/MacOS/例"), "/Applications/例.app/Contents/MacOS/例");
  strictEqual(path(""), null);
});

Deno.test("DarwinSystem.uid() asks for the short info, which every user may have of every process", () => {
  const system = standIn({
    proc_pidinfo: (pid, flavor, argument, buffer, size) => {
      deepStrictEqual([flavor, argument, size], [13, 0n, 64]);
      if (pid !== 4711) return 0;
      new DataView((buffer as Uint8Array).buffer).setUint32(0, pid, true);
      new DataView((buffer as Uint8Array).buffer).setUint32(36, 501, true);
      return 64;
    },
  });
  strictEqual(system.uid(4711), 501);
  strictEqual(system.uid(4712), null);
});

Deno.test("DarwinSystem.sockets() asks for the size first, and again when the list has grown", () => {
  const tcp = {
    versions: 1,
    local: in4in6(192, 0, 2, 1),
    remote: in4in6(192, 0, 2, 2),
    ports: [1, 2],
    uid: 0,
    pids: [7, 0],
  } as const;
  const list = pcbList([{ ...tcp, generation: 1n, tcp: [4, 32] }]);
  const names: string[] = [];
  let refusals = 1;
  const system = standIn({
    sysctlbyname: (name, buffer, length, newValue, newLength) => {
      deepStrictEqual([newValue, newLength], [null, 0n]);
      names.push(new TextDecoder().decode(name as Uint8Array));
      const size = length as BigUint64Array;
      if (buffer !== null && refusals-- > 0) return -1;
      if (buffer !== null) (buffer as Uint8Array).set(list);
      size[0] = BigInt(list.length);
      return 0;
    },
  });
  deepStrictEqual(system.sockets("tcp")!.map(({ pid, srttUs }) => [pid, srttUs]), [[7, 1000]]);
  deepStrictEqual(names, new Array(4).fill("net.inet.tcp.pcblist_n\0"));
  strictEqual(standIn({ sysctlbyname: () => -1 }).sockets("udp"), null);
});
