/** Standard output that does not wait for its reader. O_NONBLOCK belongs to the open file and not to us: whoever has the same one, such as node or ssh, may
 * have set it, and may set it at any time. */
import { openC } from "./c_library.ts";

const SYMBOLS = {
  fcntl: { parameters: ["i32", "i32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const IS_DARWIN = Deno.build.os === "darwin";
const STDOUT = 1;
const F_GETFL = 3, O_ACCMODE = 3, O_RDONLY = 0, O_NONBLOCK = IS_DARWIN ? 4 : 0o4000;
/** struct pollfd: i32 fd, i16 events, i16 revents. */
const POLLFD_BYTES = 8, EVENTS = 4, REVENTS = 6;
const POLLOUT = 4, POLLERR = 8, POLLHUP = 16;
/** How soon it is looked again whether there is room: at first, and at last. */
const FIRST_WAIT_MS = 1, LAST_WAIT_MS = 50;
/** Writes that fail though there is room, after which the runtime is to say why. */
const MOST_FAILURES = 20;

/** undefined: it has not been looked for; null: it cannot be had, and all is left to the runtime. */
let library: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] | null | undefined;

/** Writes some of the bytes once there is room, and says how many. Throws what Deno.stdout.write() does, but no WouldBlock: behind one the runtime cannot
 * say what it has written, since it keeps a part of it to write later. So what does not wait is written without it. Nor does it say EBADF: what cannot be
 * written to, as a standard output that was closed (launcher/launcher.c, scripts/run), swallows every byte. */
export async function writeStdout(bytes: Uint8Array): Promise<number> {
  if (library === undefined) library = opened();
  if (library === null) return await Deno.stdout.write(bytes);
  const flags = library.fcntl(STDOUT, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) === O_RDONLY) throw Object.assign(new Error("EBADF"), { code: "EBADF" });
  if ((flags & O_NONBLOCK) === 0) return await Deno.stdout.write(bytes);
  const { write, poll } = library, state = new DataView(new ArrayBuffer(POLLFD_BYTES));
  state.setInt32(0, STDOUT, true);
  state.setInt16(EVENTS, POLLOUT, true);
  for (
    let waitMs = FIRST_WAIT_MS, failures = 0;
    failures < MOST_FAILURES;
    waitMs = Math.min(2 * waitMs, LAST_WAIT_MS)
  ) {
    const ready = poll(state.buffer, 1n, 0), events = ready > 0 ? state.getInt16(REVENTS, true) : 0;
    if (events & POLLERR) throw new Deno.errors.BrokenPipe("the reader has gone");
    if (events & POLLHUP) break;
    if (events & POLLOUT) {
      const written = Number(write(STDOUT, bytes as Uint8Array<ArrayBuffer>, BigInt(bytes.length)));
      if (written >= 0) return written;
      failures++;
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  return await Deno.stdout.write(bytes);
}

function opened(): Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] | null {
  try {
    return openC(SYMBOLS);
  } catch {
    return null;
  }
}
