import { strictEqual } from "node:assert/strict";
import { Pty } from "../support/pty.ts";
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
