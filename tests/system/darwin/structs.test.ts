/** The readers against bytes that clang lays out for Macs. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { readPcbList } from "../../../src/system/darwin/pcblist.ts";
import { readUid } from "../../../src/system/darwin/proc_info.ts";
import { address, TCP4_READ } from "./pcbs.ts";

const SOURCE = new URL("structs.c", import.meta.url).pathname;
const TARGETS = ["arm64-apple-macos11", "x86_64-apple-macos10.14"];
const VERSIONS = [1014, 12, 13, 15];
const LC_SEGMENT_64 = 0x19;

async function compile(target: string, version: number): Promise<Uint8Array> {
  const file = await Deno.makeTempFile({ suffix: ".o" });
  const args = [
    "-target",
    target,
    `-DMACOS=${version}`,
    "-Wall",
    "-Werror",
    "-ffreestanding",
    "-c",
    SOURCE,
    "-o",
    file,
  ];
  const { code, stderr } = await new Deno.Command("clang", { args }).output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
  const object = await Deno.readFile(file);
  await Deno.remove(file);
  return object;
}

/** The bytes of a section of a Mach-O object: struct mach_header_64, then commands; LC_SEGMENT_64 has its struct section_64 behind it. */
function section(object: Uint8Array, wanted: string): Uint8Array {
  const view = new DataView(object.buffer),
    text = (at: number) => new TextDecoder().decode(object.subarray(at, at + 16));
  for (let at = 32, left = view.getUint32(16, true); left > 0; left--, at += view.getUint32(at + 4, true)) {
    if (view.getUint32(at, true) !== LC_SEGMENT_64) continue;
    const count = view.getUint32(at + 64, true);
    for (let i = 0, header = at + 72; i < count; i++, header += 80) {
      if (text(header).replace(/\0.*$/s, "") !== wanted) continue;
      const offset = view.getUint32(header + 48, true);
      return object.slice(offset, offset + Number(view.getBigUint64(header + 40, true)));
    }
  }
  throw new Error(`no section ${wanted}`);
}

const EXPECTED = [TCP4_READ, {
  generation: 9n,
  pid: 4712,
  uid: 65,
  family: 6,
  localAddress: address(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7),
  remoteAddress: address(),
  localPort: 5353,
  remotePort: 0,
  scope: 4,
  tcpState: null,
  srttUs: null,
}];

for (const target of TARGETS) {
  Deno.test(`readPcbList() and readUid() read what clang lays out for ${target}, macOS 10.14, 12, 13 and 15`, async () => {
    for (const version of VERSIONS) {
      const object = await compile(target, version), info = section(object, "__info");
      deepStrictEqual(readPcbList(section(object, "__list")), EXPECTED, `macOS ${version}`);
      deepStrictEqual([info.length, readUid(info, info.length, 4711), readUid(info, info.length, 4712)], [
        64,
        501,
        null,
      ]);
    }
  });
}
