/** A command under watch in a terminal: who has it, and what keys do. */
import { match, ok, strictEqual } from "node:assert/strict";
import { Tmux } from "../support/tmux.ts";
import { tcptop } from "../support/tcptop.ts";

/** A shell with job control; the program is called `watch` in it. */
async function shell(): Promise<Tmux> {
  const tmux = await Tmux.start(100, 30, "bash --norc --noprofile -i");
  const line = tcptop(["run", "--"]).map((word) => `'${word}'`).join(" ");
  await tmux.type(`PS1='> '; watch() { ${line} "$@"; }; clear; echo re''ady`, "Enter");
  await tmux.until("ready", (lines) => lines.includes("ready"));
  return tmux;
}

const has = (wanted: string | RegExp) => (lines: string[]) =>
  lines.some((line) => typeof wanted === "string" ? line.includes(wanted) : wanted.test(line));

Deno.test("run: ^C ends the command, which says how", async () => {
  await using tmux = await shell();
  await tmux.type(`watch bash -c 'echo on; read x'; echo "status $?"`, "Enter");
  await tmux.until("on", has(/^on$/));
  await tmux.type("C-c");
  const lines = await tmux.until("status", has("status 130"));
  ok(has(/^\^Ctcptop: bash -c echo on; read x ended by signal 2 after/)(lines), lines.join("\n"));
});

Deno.test("run: ^C goes to a command that takes no notice of it, once", async () => {
  await using tmux = await shell();
  await tmux.type(
    `watch bash -c 'n=0; trap "((++n))" INT; echo on; read x; read y; echo "got $n $y"; exit 3'; echo "status $?"`,
    "Enter",
  );
  await tmux.until("on", has(/^on$/));
  await tmux.type("C-c");
  await new Promise((resolve) => setTimeout(resolve, 300));
  await tmux.type("a", "Enter", "b", "Enter");
  await tmux.until("status", has("status 3"));
  ok((await tmux.lines()).some((line) => /^got 1 [ab]$/.test(line)), (await tmux.lines()).join("\n"));
});

Deno.test("run: ^Z stops both, and fg lets both go on", async () => {
  await using tmux = await shell();
  // It says so when it goes on: keys that come before belong to the shell, which takes no notice of ^Z.
  const script =
    `$| = 1; $SIG{CONT} = sub { print "going on\\n" }; print "on\\n"; print "read ", scalar <STDIN>; exit 4`;
  await tmux.type(`watch perl -e '${script}'`, "Enter");
  await tmux.until("on", has(/^on$/));
  for (let i = 0; i < 2; i++) {
    await tmux.type("clear", "C-z");
    await tmux.until("stopped", has(/^\[1\]\+ {2}Stopped/));
    await tmux.type("C-u", "clear; fg", "Enter");
    await tmux.until("that it goes on", has(/^going on$/));
  }
  await tmux.type("word", "Enter");
  await tmux.until("its line", has(/^read .*word$/));
  await tmux.type(`echo "status $?"`, "Enter");
  await tmux.until("status", has("status 4"));
});

async function untilAlternate(tmux: Tmux, wanted: boolean): Promise<void> {
  for (let i = 0; i < 600 && (await tmux.modes()).alternate !== wanted; i++) {
    await new Promise((r) => setTimeout(r, 50));
  }
  strictEqual((await tmux.modes()).alternate, wanted);
}

Deno.test("run: a program that takes the whole screen has it, and gives it back", async () => {
  await using tmux = await shell();
  const whole = tcptop(["--replay", new URL("../../examples/demo.tcptop", import.meta.url).pathname]);
  // What is run from source says where its packages are; the command does not get that.
  await tmux.type(`watch env DENO_DIR=${Deno.env.get("DENO_DIR")} ${whole.join(" ")}`, "Enter");
  await untilAlternate(tmux, true);
  await tmux.type("C-z");
  await untilAlternate(tmux, false);
  await tmux.until("stopped", has(/^\[1\]\+ {2}Stopped/));
  await tmux.type("fg", "Enter");
  await untilAlternate(tmux, true);
  await tmux.type("q");
  const lines = await tmux.until("its end", has("ended with status 0"));
  match(lines.join("\n"), /tcptop: .* ended with status 0 after/);
  strictEqual((await tmux.modes()).alternate, false);
});
