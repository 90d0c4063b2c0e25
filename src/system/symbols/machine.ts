/** Calls that ask the machine of processes, users and networks. */
export const MACHINE_SYMBOLS = {
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
  tcptop__command_line: {
    parameters: [
      "u32", // tgid
      "u64", // start_ns
      "buffer", // buffer
      "u32", // capacity
    ],
    result: "i32",
  },
  tcptop__text: { // called by the module that scripts/bundle.ts makes
    parameters: [
      "u32", // begin
      "buffer", // buffer
      "u32", // length
    ],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;
