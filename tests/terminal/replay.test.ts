import { match, ok, strictEqual } from "node:assert/strict";
import { inShell, quoted, untilEnd } from "../support/in_shell.ts";
import { Pty } from "../support/pty.ts";
import type { Tmux } from "../support/tmux.ts";
import { writeLarge } from "../support/large_recording.ts";
import { tcptop } from "../support/tcptop.ts";
import { Shell } from "../support/shell.ts";

const DEMO = new URL("../../examples/demo.tcptop", import.meta.url).pathname;

Deno.test("a replay on a terminal goes at its own speed, and its last picture stays until q", async () => {
  const command = [...tcptop(["--replay", DEMO, "--no-resolve"])].join(" ");
  await using shell = await Shell.start("bash --norc --noprofile");
  await shell.type("PS1='ready '; clear", "Enter");
  await shell.until("ready");
  await shell.type("-l", `${command}; echo ended with $?`);
  await shell.type("Enter");
  await shell.until("This is a recording of demo, not this machine as it is now");
  // Of the last two samples, which have no connection left.
  await shell.until("  3 rows");
  await shell.until(" END");
  await shell.type("q");
  await shell.until("ended with 0");
});

Deno.test("a replay of standard input has the screen too, and its keys from the terminal", async () => {
  const command = tcptop(["--replay", "-", "--no-resolve"]).join(" ");
  await using shell = await Shell.start("bash --norc --noprofile");
  await shell.type("PS1='ready '; clear", "Enter");
  await shell.until("ready");
  await shell.type("-l", `cat ${DEMO} | ${command}; echo ended with $?`);
  await shell.type("Enter");
  await shell.until("This is a recording of demo, not this machine as it is now");
  await shell.type("q");
  await shell.until("ended with 0");
});

Deno.test("a table has the column that it is sorted by, with its arrow, on a terminal that is too narrow for all others", async () => {
  for (const [sort, title] of [["retrans", "RETRANS▼"], ["user", "USER▲"], ["minrtt", "MIN RTT▼"]]) {
    await using pty = await Pty.start(
      80,
      14,
      tcptop(["--replay", DEMO, "--no-resolve", "-s", sort, "--at", "11:57:15"]),
    );
    await pty.until("PROCESS");
    const lines = await pty.screen(), titles = lines.find((line) => line.includes("PROCESS")) ?? "";
    strictEqual(titles.includes(title), true, lines.join("\n"));
  }
});

const FOLDER = Deno.makeTempDirSync(), PATH = `${FOLDER}/recording`;
// Who `w` writes as has no root.
Deno.chmodSync(FOLDER, 0o777);
addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));
/** A sample a second from 03:04:05 UTC on; LAST is the second of the last one. */
const FIRST = 5, LAST = FIRST - 1 + writeLarge(PATH, { bytes: 30_000, sockets: 7, opened: 3 });
/** A line of the head. */
const OPEN = "This is a recording of";
const at = (second: number) => `03:04:${String(second).padStart(2, "0")}`;
const program = (...args: string[]) => quoted(tcptop([...args, "--no-resolve"]));

/** Types keys and waits for what is then on the screen. */
async function press(tmux: Tmux, keys: string, text: string): Promise<string> {
  await tmux.type("-l", keys);
  const lines = await tmux.until(`${text} after ${keys}`, (lines) => lines.some((line) => line.includes(text)));
  return lines.find((line) => line.includes(text))!;
}

for (
  const [name, command] of [
    ["a file", program("--replay", PATH)],
    ["a file from a moment on", program("--replay", PATH, "--at", at(LAST - 3))],
    ["a part of a file", program("--replay", PATH, "--from", at(LAST - 3), "--to", at(LAST))],
    ["standard input", `cat ${PATH} | ${program("--replay", "-")}`],
  ] as const
) {
  Deno.test(`at the end of a replay of ${name} keys lead back, w keeps it, and they lead to the end again`, async () => {
    await using tmux = await inShell(`cd ${FOLDER}; TZ=UTC; export TZ; ${command}`);
    await press(tmux, "", OPEN);
    await press(tmux, `.......${name.endsWith("on") ? " " : ""}`, at(LAST));
    // There is nothing ahead, and nothing to play.
    await press(tmux, "", " END");
    await press(tmux, "]}  ", "this is the end, [ { ( lead back");
    await press(tmux, "[", at(LAST - 1));
    await press(tmux, "[", at(LAST - 2));
    match(await press(tmux, "w", "kept "), /kept \d+ s in /);
    await press(tmux, "]", at(LAST - 1));
    await press(tmux, "]", at(LAST));
    await press(tmux, "[[", at(LAST - 2));
    // To the present, which is the end.
    await press(tmux, " ", at(LAST));
    await press(tmux, "", " END");
    await press(tmux, "(", "now");
    await tmux.type("q");
    ok((await untilEnd(tmux)).includes("status 0"));
  });
}

Deno.test("a replay that begins at a moment goes back to the samples before it, and ahead again", async () => {
  const begins = LAST - 7;
  await using tmux = await inShell(`TZ=UTC ${program("--replay", PATH, "--at", at(begins))}`);
  await press(tmux, "", OPEN);
  await press(tmux, "", at(begins));
  for (const second of [1, 2, 3]) await press(tmux, "[", at(begins - second));
  for (const second of [2, 1, 0, -1]) await press(tmux, "]", at(begins - second));
  await press(tmux, "(", at(FIRST));
  await tmux.type("q");
  ok((await untilEnd(tmux)).includes("status 0"));
});
