import { embedded } from "./embedded.ts";

/** What scripts/run sets for Deno. An executable knows the environment that it was called with. */
const SET_BY_SCRIPT = [
  "DENO_DIR",
  "DENO_NO_UPDATE_CHECK",
  "DENO_NO_PROMPT",
  "MALLOC_ARENA_MAX",
  "MALLOC_TRIM_THRESHOLD_",
  "TCPTOP_HANGS_ON",
  "TCPTOP_FILES",
];

/** Variables that are not for a command that we start. */
export function setByScript(): readonly string[] {
  return embedded === null ? SET_BY_SCRIPT : [];
}
