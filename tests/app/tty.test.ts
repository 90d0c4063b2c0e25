import { strictEqual } from "node:assert/strict";
import { wantsColour } from "../../src/app/tty.ts";

Deno.test("wantsColour() has none where NO_COLOR or the terminal says so, unless they are asked for", () => {
  const of = (choice: "auto" | "always" | "never", variables: Record<string, string>) =>
    wantsColour(choice, (name) => variables[name]);
  for (const TERM of ["xterm", "xterm-256color", "linux", "screen", "tmux-256color", "vt525", "alacritty", "st-meta"]) {
    strictEqual(of("auto", { TERM }), true, TERM);
    strictEqual(of("auto", { TERM, NO_COLOR: "" }), true, TERM);
    strictEqual(of("auto", { TERM, NO_COLOR: "0" }), false, TERM);
    strictEqual(of("always", { TERM, NO_COLOR: "1" }), true, TERM);
    strictEqual(of("never", { TERM }), false, TERM);
  }
  for (const TERM of ["vt100", "vt102", "vt220", "vt420", "vt100-nav", "xterm-mono", "linux-m", "ansi-m"]) {
    strictEqual(of("auto", { TERM }), false, TERM);
    strictEqual(of("always", { TERM }), true, TERM);
  }
});
