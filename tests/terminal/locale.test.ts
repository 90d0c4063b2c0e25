/** A locale without UTF-8: every byte that people read is ASCII. */
import { deepStrictEqual, match } from "node:assert/strict";
import { execute, tcptop } from "../support/tcptop.ts";
import { Tmux } from "../support/tmux.ts";

const DEMO = new URL("../../examples/demo.tcptop", import.meta.url).pathname;

/** The lines that have something else than ASCII in them. */
function beyond(text: string): string[] {
  // deno-lint-ignore no-control-regex
  return text.split("\n").filter((line) => /[^\x00-\x7f]/.test(line));
}

Deno.test("tables and events are ASCII where the locale is", async () => {
  for (const args of [["--batch"], ["--events"], ["--batch", "--group", "process"], ["--events", "--group", "port"]]) {
    const { code, stdout } = await execute(tcptop(["--replay", DEMO, ...args]), { LC_ALL: "C" });
    deepStrictEqual([code, beyond(stdout)], [0, []], args.join(" "));
  }
  const utf8 = await execute(tcptop(["--replay", DEMO, "--events"]), { LC_ALL: "C.UTF-8" });
  match(utf8.stdout, / µs /);
  const refused = await execute(tcptop(["--filter", "rtt>1µx"]), { LC_ALL: "C" });
  deepStrictEqual([refused.code, beyond(refused.stderr)], [2, []]);
});

Deno.test("the live screen is ASCII where the locale is, with its menus, help, details and prompt", async () => {
  const command = `LC_ALL=C ${tcptop(["--replay", DEMO, "--no-resolve"]).join(" ")}`;
  for (const [columns, rows] of [[80, 24], [200, 50]]) {
    await using tmux = await Tmux.start(columns, rows, command);
    const shows = async (wanted: RegExp) => {
      const lines = await tmux.until(String(wanted), (lines) => wanted.test(lines.join("\n")));
      deepStrictEqual(beyond(lines.join("\n")), []);
    };
    await shows(/wl-/);
    await shows(columns < 100 ? /space (pause|play)/ : /enter details/);
    const pages: [string[], RegExp, string][] = [
      [["?"], /any (other )?key closes/, "Escape"],
      [["s"], /r reverse, enter/, "Escape"],
      [["c"], /space shows, enter/, "Escape"],
      [["Enter"], /round trip/, "Escape"],
      [["/"], /enter keeps/, "Escape"],
    ];
    for (const [keys, wanted, back] of pages) {
      await tmux.type(...keys);
      await shows(wanted);
      await tmux.type(back);
    }
  }
});
