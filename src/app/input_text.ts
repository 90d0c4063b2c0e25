import { readFailure } from "../file.ts";

/** The text of a file that an option names. Throws a TcptopError. */
export function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw readFailure(path, error);
  }
}
