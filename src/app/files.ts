/** How this thread opens files for output. */
import { openShim } from "../source/bpf/library.ts";
import { NodeFiles } from "../source/node_files.ts";
import type { Files } from "../source/output_file.ts";
import { ShimFiles } from "../source/shim_files.ts";
import { shimIsInside, shimPath } from "./paths.ts";

let files: Files | null = null;

/** The shim is loaded when a file is first asked for. */
export function outputFiles(): Files {
  return files ??= Deno.build.os === "linux" ? new ShimFiles(openShim(shimPath(), shimIsInside())) : new NodeFiles();
}
