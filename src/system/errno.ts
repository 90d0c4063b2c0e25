import { ERRNO_WORDS } from "../wire/errno.ts";

/** An errno as a user can look it up: "E2BIG, argument list too long". */
export function errnoText(errno: number): string {
  const [name, words] = ERRNO_WORDS.get(errno) ?? ["", ""];
  return name === "" ? `error ${errno}` : `${name}, ${words}`;
}
