import { embedded } from "./embedded.ts";

/** Gives HOME its value again, which launcher/process.c keeps from Deno: the defaults are there, and ssh asks for it. The first thing that is done. */
export function putBackHome(): void {
  if (embedded?.maker !== "launcher") return;
  const home = kept();
  if (home === undefined) Deno.env.delete("HOME");
  else Deno.env.set("HOME", home);
  Deno.env.delete("TCPTOP_HOME");
}

/** Deno throws for bytes that are not UTF-8; it could not open a file by such a path either. */
function kept(): string | undefined {
  try {
    return Deno.env.get("TCPTOP_HOME");
  } catch {
    return undefined;
  }
}
