/** Calls on files and folders that no link may lead away from. */
export const FILE_SYMBOLS = {
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
} as const satisfies Deno.ForeignLibraryInterface;
