/** How this thread opens files for output. */
import type { Files } from "../system/output_file.ts";
import type { OpenFolders } from "../system/output_folder.ts";
import { shimIsInside, shimPath } from "./paths.ts";

/** Where the shim is. A Worker inside the executable cannot tell by itself: it is told. */
export interface ShimPlace {
  readonly shimPath: string;
  readonly shimIsInside: boolean;
}

/** Only Linux has the shim; where macOS is played for tests (platform.ts) it is not there either. */
export const hasShim = () => Deno.build.os === "linux" && Deno.env.get("TCPTOP_NETTOP") === undefined;

export async function outputFiles(place?: ShimPlace): Promise<Files> {
  if (!hasShim()) return new (await import("../system/node_files.ts")).NodeFiles();
  const { shimFiles } = await import("../system/shim_files.ts");
  return place === undefined ? shimFiles(shimPath(), shimIsInside()) : shimFiles(place.shimPath, place.shimIsInside);
}

/** The same for folders. */
export async function outputFolders({ shimPath, shimIsInside }: ShimPlace): Promise<OpenFolders> {
  if (!hasShim()) return (await import("../system/node_files.ts")).nodeFolder;
  return (await import("../system/shim_files.ts")).shimFolders(shimPath, shimIsInside);
}
