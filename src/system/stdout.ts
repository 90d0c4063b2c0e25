/** Standard output as the system has it. */
import * as fs from "node:fs";
import { openC } from "./c_library.ts";

const SYMBOLS = {
  dup2: { parameters: ["i32", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const STDOUT = 1;

/** Size of the file that standard output is; null: it is no file. */
export function stdoutFileSize(): number | null {
  const stat = fs.fstatSync(STDOUT);
  return stat.isFile() ? stat.size : null;
}

/** Cuts the file back to `bytes` after a write that failed, and sends what follows nowhere: Deno writes through Rust's stdout(),
 * which keeps up to a kilobyte of a failed write and tries it again when the process exits. */
export function cutStdout(bytes: number): void {
  fs.ftruncateSync(STDOUT, bytes);
  const nowhere = fs.openSync("/dev/null", "w");
  openC(SYMBOLS).dup2(nowhere, STDOUT);
}
