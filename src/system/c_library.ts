/** Calls of the system's C library. */
const IS_DARWIN = Deno.build.os === "darwin";
/** In full on macOS, whose dlopen() looks for a leaf name in the working directory first; that of Linux never looks there by itself. */
const NAME = IS_DARWIN ? "/usr/lib/libSystem.B.dylib" : "libc.so.6";
let path = NAME;

/** A library that depends on it, in which dlsym() finds its calls too: the executable may load the shim and no other. */
export function reachBy(other: string): void {
  path = other;
}

/** Throws what Deno.dlopen() does. */
export function openC<S extends Deno.ForeignLibraryInterface>(symbols: S): Deno.DynamicLibrary<S>["symbols"] {
  try {
    return Deno.dlopen(path, symbols).symbols;
  } catch (error) {
    if (path === NAME) throw error;
    return Deno.dlopen(NAME, symbols).symbols;
  }
}
