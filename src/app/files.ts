/** How this thread opens files for output. */
import type { Files } from "../source/output_file.ts";
import { shimIsInside, shimPath } from "./paths.ts";

let files: Promise<Files> | null = null;

/** Loaded when a file is first asked for: only Linux has the shim. */
export function outputFiles(): Promise<Files> {
  return files ??= Deno.build.os === "linux" ? linuxFiles() : nodeFiles();
}

async function linuxFiles(): Promise<Files> {
  return (await import("../source/linux.ts")).shimFiles(shimPath(), shimIsInside());
}

async function nodeFiles(): Promise<Files> {
  return new (await import("../source/node_files.ts")).NodeFiles();
}
