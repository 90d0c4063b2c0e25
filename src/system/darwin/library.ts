/** The calls of macOS's C library. Nothing variadic: arm64 passes those arguments in a way of its own. */
export const SYMBOLS = {
  proc_pidpath: {
    parameters: [
      "i32", // pid
      "buffer", // buffer
      "u32", // buffersize
    ],
    result: "i32",
  },
  proc_pidinfo: {
    parameters: [
      "i32", // pid
      "i32", // flavor
      "u64", // arg
      "buffer", // buffer
      "i32", // buffersize
    ],
    result: "i32",
  },
  sysctlbyname: {
    parameters: [
      "buffer", // name
      "buffer", // oldp
      "buffer", // oldlenp
      "pointer", // newp
      "usize", // newlen
    ],
    result: "i32",
  },
  getpwuid_r: {
    parameters: [
      "u32", // uid
      "buffer", // pwd
      "buffer", // buffer
      "usize", // bufsize
      "buffer", // result
    ],
    result: "i32",
  },
  if_nametoindex: {
    parameters: [
      "buffer", // ifname
    ],
    result: "u32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

export type Library = Deno.DynamicLibrary<typeof SYMBOLS>;

/** No file of this name need be there: dyld finds it in its shared cache. */
export function openLibrary(): Library {
  return Deno.dlopen("/usr/lib/libSystem.B.dylib", SYMBOLS);
}
