import { ExitStatus, TcptopError } from "../errors.ts";
import { memoryFile } from "./memory_file.ts";

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
      "u32", // watch_dns
    ],
    result: "i32",
  },
  tcptop__watch_drops: {
    parameters: [
      "pointer", // t
    ],
    result: "i32",
  },
  tcptop__allow_kill: {
    parameters: [
      "pointer", // t
    ],
    result: "i32",
  },
  tcptop__kill: {
    parameters: [
      "pointer", // t
      "buffer", // kill
    ],
    result: "i32",
  },
  tcptop__list_udp: {
    parameters: [
      "pointer", // t
    ],
    result: "i32",
  },
  tcptop__translations: {
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
  tcptop__syn_recv: {
    parameters: [
      "pointer", // t
    ],
    result: "i64",
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
  tcptop__sees_all_processes: { parameters: [], result: "i32" },
  tcptop__time_wait: {
    parameters: [
      "u32", // tgid
    ],
    result: "i32",
  },
  tcptop__listen_overflows: {
    parameters: [
      "u32", // tgid
    ],
    result: "i64",
  },
  tcptop__network_namespace: { parameters: [], result: "u32" },
  tcptop__interfaces: {
    parameters: [
      "u32", // tgid
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
    nonblocking: true,
  },
  tcptop__file_open: {
    parameters: [
      "buffer", // path
      "u32", // uid
      "u32", // gid
      "u32", // is_new
      "buffer", // out
    ],
    result: "i32",
  },
  tcptop__file_write: {
    parameters: [
      "i32", // fd
      "buffer", // data
      "u32", // length
    ],
    result: "i32",
  },
  tcptop__file_clear: {
    parameters: [
      "i32", // fd
    ],
    result: "i32",
  },
  tcptop__file_size: {
    parameters: [
      "i32", // fd
    ],
    result: "i64",
  },
  tcptop__file_read: {
    parameters: [
      "i32", // fd
      "u64", // at
      "buffer", // buffer
      "u32", // capacity
    ],
    result: "i32",
  },
  tcptop__file_close: {
    parameters: [
      "i32", // fd
      "u32", // folder
      "buffer", // remove
    ],
    result: "void",
  },
  tcptop__folder_open: {
    parameters: [
      "buffer", // path
      "u32", // uid
      "u32", // gid
      "buffer", // whose
    ],
    result: "i32",
  },
  tcptop__folder_create: {
    parameters: [
      "i32", // folder
      "buffer", // name
      "u32", // uid
      "u32", // gid
    ],
    result: "i32",
  },
  tcptop__folder_list: {
    parameters: [
      "i32", // folder
      "buffer", // begins
      "buffer", // buffer
      "u32", // capacity
    ],
    result: "i32",
  },
  tcptop__folder_remove: {
    parameters: [
      "i32", // folder
      "buffer", // name
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
  tcptop__command_prepare: {
    parameters: [
      "buffer", // arguments
      "u32", // count
      "buffer", // removed
      "u32", // uid
      "u32", // gid
      "buffer", // out
    ],
    result: "i32",
  },
  tcptop__command_start: {
    parameters: [
      "i32", // fd
    ],
    result: "i32",
  },
  tcptop__command_signal: {
    parameters: [
      "i32", // fd
      "i32", // signal
    ],
    result: "i32",
  },
  tcptop__command_wait: {
    parameters: [
      "i32", // fd
      "i32", // timeout_ms
      "buffer", // value
    ],
    result: "i32",
    nonblocking: true,
  },
  tcptop__command_end: {
    parameters: [
      "i32", // fd
      "i32", // minder
    ],
    result: "i32",
    nonblocking: true,
  },
  tcptop__command_cgroups: {
    parameters: [
      "i32", // folder
      "buffer", // buffer
      "u32", // capacity
    ],
    result: "i32",
  },
  tcptop__runner_start: {
    parameters: [
      "buffer", // command
      "buffer", // removed
      "u32", // uid
      "u32", // gid
      "u32", // quiet
    ],
    result: "i32",
  },
  tcptop__runner_run: {
    parameters: [
      "i32", // fd
      "buffer", // facts
      "u32", // facts_bytes
      "buffer", // document
      "u32", // bytes
    ],
    result: "i32",
  },
  tcptop__runner_wait: {
    parameters: [
      "i32", // fd
      "i32", // timeout_ms
      "buffer", // status
    ],
    result: "i32",
    nonblocking: true,
  },
  tcptop__runner_end: {
    parameters: [
      "i32", // fd
    ],
    result: "void",
  },
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
