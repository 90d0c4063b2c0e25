import { ExitStatus, TcptopError } from "../errors.ts";
import { memoryFile } from "./memory_file.ts";
import { COMMAND_SYMBOLS } from "./symbols/commands.ts";
import { FILE_SYMBOLS } from "./symbols/files.ts";
import { HANDLE_SYMBOLS } from "./symbols/handle.ts";
import { MACHINE_SYMBOLS } from "./symbols/machine.ts";

/** The calls of ffi/tcptop.h. A test compares this table with the header. */
export const SYMBOLS = {
  ...HANDLE_SYMBOLS,
  ...MACHINE_SYMBOLS,
  ...FILE_SYMBOLS,
  ...COMMAND_SYMBOLS,
} as const satisfies Deno.ForeignLibraryInterface;

export type Library = Deno.DynamicLibrary<typeof SYMBOLS>;

/** Opens the shim; `isInside`: where only Deno can read it. Nothing is opened by importing this file. */
export function openShim(path: string, isInside: boolean): Library {
  return Deno.dlopen(isInside ? memoryFile("libtcptop.so", Deno.readFileSync(path)) : path, SYMBOLS);
}

/** Throws where there is no memory for it. */
export function newHandle({ symbols }: Library): Deno.PointerObject {
  const handle = symbols.tcptop__new();
  if (handle === null) throw new TcptopError("Cannot start: out of memory", ExitStatus.failed);
  return handle;
}
