import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { readUid, ShortInfoLayout } from "../../../src/system/darwin/proc_info.ts";

/** struct proc_bsdshortinfo of bsd/sys/proc_info.h in xnu-11417: pid at 0, uid at 36, 64 bytes. */
function shortInfo(pid: number, uid: number): Uint8Array {
  const bytes = new Uint8Array(64).fill(0xee), view = new DataView(bytes.buffer);
  view.setUint32(0, pid, true);
  view.setUint32(36, uid, true);
  return bytes;
}

Deno.test("ShortInfoLayout is that of xnu-11417's struct", () => {
  deepStrictEqual(ShortInfoLayout, { byteLength: 64, pid: 0, uid: 36 });
});

Deno.test("readUid() reads the user, up to the highest", () => {
  strictEqual(readUid(shortInfo(4711, 501), 64, 4711), 501);
  strictEqual(readUid(shortInfo(4711, 0xfffffffe), 64, 4711), 0xfffffffe);
});

Deno.test("readUid() has null where the call failed, wrote too little or told of another process", () => {
  strictEqual(readUid(shortInfo(4711, 501), 0, 4711), null);
  strictEqual(readUid(shortInfo(4711, 501), 40, 4711), null);
  strictEqual(readUid(shortInfo(4711, 501), 64, 4712), null);
});

Deno.test("readUid() reads a buffer that lies in the middle of another", () => {
  const wide = new Uint8Array(80);
  wide.set(shortInfo(7, 8), 13);
  strictEqual(readUid(wide.subarray(13, 77), 64, 7), 8);
});
