/** Calls on commands: one under watch, and what --when-run runs. */
export const COMMAND_SYMBOLS = {
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
