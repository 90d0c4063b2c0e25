/** Where the built pieces are: around the source, or inside the executable. */
import { memoryFile } from "../source/memory_file.ts";
import { type Embedded, embedded } from "./embedded.ts";

/** What Deno.dlopen() takes. Throws a TcptopError where the system forbids files in memory. */
export function shimPath(): string {
  if (embedded === null) return new URL("../../build/libtcptop.so", import.meta.url).pathname;
  // The launcher's word for it is believed only by the program that it starts: anyone can set a variable.
  if (embedded.maker === "launcher") return `/proc/self/fd/${Deno.env.get("TCPTOP_SHIM_FD")}`;
  return memoryFile("libtcptop.so", Deno.readFileSync(new URL("libtcptop.so", embedded.url)));
}

/** The Worker's module. */
export function workerUrl(): URL | string {
  if (embedded === null) return new URL("./worker.ts", import.meta.url);
  return URL.createObjectURL(new Blob([embedded.worker], { type: "text/javascript" }));
}

/** How this program was made, for --version: a sentence. */
export function madeBy(made: Embedded | null = embedded): string {
  if (made === null) return "Run from source.";
  const maker = made.maker === "launcher" ? "the launcher" : made.maker;
  return `One file, made by ${maker}: ${made.why}.`;
}
