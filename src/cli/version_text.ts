import { madeBy } from "../app/paths.ts";
import { VERSION } from "../version.ts";

/** What --version says, without the final line feed. */
export function versionText(): string {
  return `tcptop ${VERSION}\n${madeBy()}`;
}

/** Whether argv is --version alone: that can be said without the options and all that they know of. */
export function isVersionAlone(argv: readonly string[]): boolean {
  return argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V");
}
