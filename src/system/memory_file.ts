/** A file that is nowhere on disk, for a library that `deno compile` has put inside the executable: Deno itself would write it to the
 * temporary directory, where it stays after kill -9, and which may be mounted noexec. */
import { ExitStatus, TcptopError } from "../errors.ts";

const SYMBOLS = {
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const MFD_CLOEXEC = 1, MFD_ALLOW_SEALING = 2, MFD_EXEC = 16;
const F_ADD_SEALS = 1033;
/** Sealed against shrinking, growing and writing, and against taking that back. */
const ALL_SEALS = 15;

/** The path of a sealed file in memory with these bytes. It lives as long as the process. Linux only. */
export function memoryFile(name: string, bytes: Uint8Array<ArrayBuffer>): string {
  const { symbols } = Deno.dlopen("libc.so.6", SYMBOLS);
  const zeroEnded = new TextEncoder().encode(name + "\0");
  const flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  // MFD_EXEC is refused before Linux 6.3, and from then on the default unless vm.memfd_noexec says otherwise.
  let fd = symbols.memfd_create(zeroEnded, flags | MFD_EXEC);
  if (fd < 0) fd = symbols.memfd_create(zeroEnded, flags);
  if (fd < 0) throw refused();
  for (let at = 0; at < bytes.length;) {
    const written = Number(symbols.write(fd, bytes.subarray(at), BigInt(bytes.length - at)));
    if (written <= 0) throw refused();
    at += written;
  }
  symbols.fcntl(fd, F_ADD_SEALS, ALL_SEALS);
  return `/proc/self/fd/${fd}`;
}

function refused(): TcptopError {
  return new TcptopError(
    "cannot load its library: this system forbids files in memory (memfd_create). Allow that call in the container's seccomp profile",
    ExitStatus.unsupported,
  );
}
