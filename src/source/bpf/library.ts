/** The calls of ffi/tcptop.h. A test compares this table with the header. */
export const SYMBOLS = {
  tcptop__new: { parameters: [], result: "pointer" },
  tcptop__load: {
    parameters: [
      "pointer", // t
      "u32", // ring_bytes
      "u32", // openings
      "u32", // keep
    ],
    result: "i32",
  },
  tcptop__open_netlink: {
    parameters: [
      "pointer", // t
    ],
    result: "i32",
  },
  tcptop__udp_load: {
    parameters: [
      "pointer", // t
      "u32", // timeout_ms
    ],
    result: "i32",
  },
  tcptop__list_udp: {
    parameters: [
      "pointer", // t
    ],
    result: "i32",
  },
  tcptop__wait: {
    parameters: [
      "pointer", // t
      "i32", // timeout_ms
    ],
    result: "i32",
    nonblocking: true,
  },
  tcptop__wake: {
    parameters: [
      "pointer", // t
    ],
    result: "void",
  },
  tcptop__drain: {
    parameters: [
      "pointer", // t
      "buffer", // buffer
      "u32", // capacity
    ],
    result: "i32",
  },
  tcptop__snapshot: {
    parameters: [
      "pointer", // t
      "i32", // look
    ],
    result: "i32",
  },
  tcptop__snapshot_read: {
    parameters: [
      "pointer", // t
      "buffer", // buffer
      "u32", // capacity
    ],
    result: "i32",
  },
  tcptop__describe_again: {
    parameters: [
      "pointer", // t
    ],
    result: "void",
  },
  tcptop__drop: {
    parameters: [
      "pointer", // t
      "u32", // uid
      "u32", // gid
    ],
    result: "i32",
  },
  tcptop__doctor: {
    parameters: [
      "pointer", // t
      "buffer", // buffer
      "u32", // capacity
    ],
    result: "i32",
  },
  tcptop__error: {
    parameters: [
      "pointer", // t
      "buffer", // buffer
      "u32", // capacity
    ],
    result: "i32",
  },
  tcptop__cgroups: {
    parameters: [
      "pointer", // t
      "buffer", // buffer
      "u32", // capacity
    ],
    result: "i32",
  },
  tcptop__free: {
    parameters: [
      "pointer", // t
    ],
    result: "void",
  },
  tcptop__self: {
    parameters: [
      "buffer", // out
    ],
    result: "void",
  },
  tcptop__process_cgroups: {
    parameters: [
      "u32", // pid
      "u64", // start_ns
      "buffer", // buffer
      "u32", // capacity
    ],
    result: "i32",
  },
  tcptop__user: {
    parameters: [
      "u32", // uid
      "buffer", // buffer
      "u32", // capacity
    ],
    result: "i32",
  },
  tcptop__command_line: {
    parameters: [
      "u32", // tgid
      "u64", // start_ns
      "buffer", // buffer
      "u32", // capacity
    ],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

export type Library = Deno.DynamicLibrary<typeof SYMBOLS>;

/** Opens the shim. Nothing is opened by importing this file. */
export function openLibrary(path: string | URL): Library {
  return Deno.dlopen(path, SYMBOLS);
}
