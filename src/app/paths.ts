/** Where the built pieces are: around the source, or inside the executable. */
import { ExitStatus, TcptopError } from "../errors.ts";
import { type Embedded, embedded } from "./embedded.ts";

/** The shim. Only Linux has one. */
export function shimPath(): string {
  if (embedded === null) return new URL("../../build/libtcptop.so", import.meta.url).pathname;
  // The launcher's word for it is believed only by the program that it starts: anyone can set a variable.
  if (embedded.maker === "launcher") return `/proc/self/fd/${Deno.env.get("TCPTOP_SHIM_FD")}`;
  return new URL("libtcptop.so", embedded.url).pathname;
}

/** Whether the shim is where only Deno can read it. */
export function shimIsInside(): boolean {
  return embedded?.maker === "deno compile";
}

/** The Worker's module. */
export function workerUrl(): URL | string {
  if (embedded === null) return new URL("./worker.ts", import.meta.url);
  return URL.createObjectURL(new Blob([embedded.worker], { type: "text/javascript" }));
}

/** What runs in the pages of --report. Throws a TcptopError where it was not built. */
export function pageScript(): string {
  if (embedded !== null) return embedded.page;
  try {
    return Deno.readTextFileSync(new URL("../../build/report.js", import.meta.url));
  } catch (error) {
    const message = "--report needs build/report.js, which scripts/run makes";
    throw new TcptopError(message, ExitStatus.failed, { cause: error });
  }
}

/** How this program was made, for --version: a sentence. */
export function madeBy(made: Embedded | null = embedded): string {
  if (made === null) return "Run from source.";
  const maker = made.maker === "launcher" ? "the launcher" : made.maker;
  return `One file, made by ${maker}: ${made.why}.`;
}
