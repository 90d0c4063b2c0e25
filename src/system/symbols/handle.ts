/** Calls on a handle: a source is opened, read and freed. */
export const HANDLE_SYMBOLS = {
  tcptop__new: { parameters: [], result: "pointer" },
  tcptop__begin: {
    parameters: [
      "u32", // ring_bytes
      "u32", // openings
      "u32", // keep
      "u32", // timeout_ms
      "u32", // watch_dns
    ],
    result: "void",
  },
  tcptop__begun: { parameters: [], result: "pointer" },
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
  tcptop__longest_wait: {
    parameters: [
      "pointer", // t
    ],
    result: "i32",
  },
  tcptop__ends_waits: {
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
      "i32", // how
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
  tcptop__snapshot_tick: {
    parameters: [
      "pointer", // t
      "buffer", // buffer
    ],
    result: "void",
  },
  tcptop__snapshot_sum: {
    parameters: [
      "pointer", // t
    ],
    result: "u64",
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
  tcptop__become: {
    parameters: [
      "u32", // uid
      "u32", // gid
    ],
    result: "i32",
  },
  tcptop__free: {
    parameters: [
      "pointer", // t
    ],
    result: "void",
  },
} as const satisfies Deno.ForeignLibraryInterface;
