/** Snapshots made by hand, as the shim hands them over. */
import type { Snapshots } from "../../src/source/linux/rest.ts";
import { TickLayout } from "../../src/wire/layout.ts";
import { join } from "./records.ts";

const TICK_WORDS = TickLayout.byteLength / 4;

/** `next`: the parts of the one that is taken. */
export function snapshotsOf(next: () => readonly Uint8Array[], synRecv: () => number | null = () => 0): Snapshots {
  let parts: Uint8Array[] = [], words: Uint32Array = new Uint32Array();
  return {
    take: () => {
      parts = next().slice();
      words = new Uint32Array(join(...parts).buffer);
      return words.byteLength;
    },
    read: () => parts.shift() ?? new Uint8Array(),
    tick: () => words.slice(-TICK_WORDS),
    sum: () => words.subarray(0, -TICK_WORDS).reduce((sum, word) => sum * 31n + BigInt(word), 0n),
    synRecv,
  };
}
