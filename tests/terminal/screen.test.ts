/** The whole program on a terminal: what it draws at which size, and that every way out leaves the terminal as it was. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { textCells } from "../../src/view/width.ts";
import { inShell, ORDINARY, quoted, untilEnd } from "../support/in_shell.ts";
import { record } from "../support/recording.ts";
import { tcptop } from "../support/tcptop.ts";
import { Tmux } from "../support/tmux.ts";
import { TcpRecordLayout } from "../../src/wire/layout.ts";
import { live, tick } from "../support/records.ts";

const DEMO = new URL("../../examples/demo.tcptop", import.meta.url).pathname;
const PROGRAM = "every 1s";
const program = (...args: string[]) => quoted(tcptop(args));
const isOpen = (lines: string[]) => lines[0].includes(PROGRAM) || lines[0].includes("every 5");

async function pidOf(tmux: Tmux): Promise<number> {
  const shell = (await tmux.run("display-message", "-p", "#{pane_pid}")).trim();
  const children = await Deno.readTextFile(`/proc/${shell}/task/${shell}/children`);
  return Number(children.trim().split(" ")[0]);
}

const ENDS: Readonly<Record<string, (tmux: Tmux) => Promise<void>>> = {
  "q": (tmux) => tmux.type("q"),
  "^C": (tmux) => tmux.type("C-c"),
  "^\\": (tmux) => tmux.type("C-\\"),
  "SIGTERM": async (tmux) => Deno.kill(await pidOf(tmux), "SIGTERM"),
  "SIGHUP": async (tmux) => Deno.kill(await pidOf(tmux), "SIGHUP"),
};

for (const [name, end] of Object.entries(ENDS)) {
  Deno.test(`tcptop leaves the terminal as it was after ${name}`, async () => {
    await using tmux = await inShell(program("--no-resolve"));
    await tmux.until("the screen", isOpen);
    deepStrictEqual(await tmux.modes(), { alternate: true, cursor: false, mouse: true });
    await end(tmux);
    const lines = await tmux.until("the end", (lines) => lines.some((line) => line.startsWith("as before")));
    ok(lines.includes("status 0"), lines.join("\n"));
    deepStrictEqual(await tmux.modes(), ORDINARY);
  });
}

Deno.test("tcptop gives the terminal back for ^Z and takes it again for fg", async () => {
  await using tmux = await inShell(program("--no-resolve"));
  await tmux.until("the screen", isOpen);
  await tmux.type("C-z");
  await tmux.until("the shell", (lines) => lines.some((line) => line.startsWith("as before")));
  deepStrictEqual(await tmux.modes(), ORDINARY);
  await tmux.type("fg", "Enter");
  await tmux.until("the screen again", isOpen);
  deepStrictEqual(await tmux.modes(), { alternate: true, cursor: false, mouse: true });
  await tmux.type("q");
  await tmux.until("the shell again", (lines) => lines.filter((line) => line.startsWith("$")).length >= 1);
  deepStrictEqual(await tmux.modes(), ORDINARY);
});

Deno.test("tcptop ends by kill where ^Z has stopped it, where it was started in the background, and by timeout, which puts it there", async () => {
  // Gone first: wait is told at once of a job that the shell still takes for stopped, and -f has that status where the job ends in between.
  // No command in the loop: behind one the shell forgets jobs that have ended.
  const KILLED =
    'p=$(jobs -p %1); kill %1; while [ -d /proc/$p ]; do :; done; wait %1; echo en"ded $?"; [ "$(stty -g)" = "$before" ] && echo un"changed"';
  const command = program("--no-resolve", "-i", "500ms"), STOPPED = /^\[1\].*Stopped/;
  await using tmux = await inShell(command);
  await tmux.until("the screen", isOpen);
  await tmux.type("C-z");
  await tmux.until("the shell", (lines) => lines.some((line) => line.startsWith("as before")));
  const lines: string[] = [];
  const run = async (line: string, what: string, last = /^unchanged/) => {
    await tmux.type("-l", `clear; echo fo"r ${what}"; ${line}`);
    await tmux.type("Enter");
    const seen = await tmux.until(
      what,
      (lines) => lines.includes(`for ${what}`) && lines.some((line) => last.test(line)),
    );
    lines.push(...seen.filter((line) => /^(ended|unchanged)/.test(line)));
  };
  await run(KILLED, "the end");
  // The shell tells of a job before its next line.
  await run(`${command} & until jobs %1 | grep -q Stopped; do sleep 0.1; done; jobs`, "a job that is stopped", STOPPED);
  await run(KILLED, "its end");
  await run(`bash -c '"$@"; echo en"ded $?"; echo un"changed"' bash timeout 2 ${command}`, "the end by timeout");
  deepStrictEqual(lines, ["ended 0", "unchanged", "ended 0", "unchanged", "ended 124", "unchanged"]);
  deepStrictEqual(await tmux.modes(), ORDINARY);
});

Deno.test("an interval that was made short begins at once, not when the long one is over", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  await using tmux = await inShell(program("--no-resolve", "--ends", "-i", "60s", "--listen", "-f", `port:${port}`));
  await tmux.until(
    "the screen",
    (lines) => lines[0].includes("every 1m") && lines.some((line) => line.includes(`:${port}`)),
  );
  using _client = await Deno.connect({ port });
  using _server = await listener.accept();
  await tmux.type("-", "-", "-", "-");
  const startMs = performance.now();
  await tmux.until("the connection", (lines) => lines.some((line) => line.includes("3 flows")));
  ok(performance.now() - startMs < 20_000);
  await tmux.type("q");
  await tmux.until("the shell", (lines) => lines.some((line) => line.startsWith("as before")));
});

Deno.test("tcptop ends when its terminal goes", async () => {
  const tmux = await inShell(program("--no-resolve"));
  let pid: number;
  {
    await using _ = tmux;
    await tmux.until("the screen", isOpen);
    pid = await pidOf(tmux);
  }
  const startMs = performance.now();
  for (let gone = false; !gone;) {
    gone = await Deno.stat(`/proc/${pid}`).then(() => false, () => true);
    ok(performance.now() - startMs < 10000, "it is still there");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

/** A recording that breaks off in the middle of a sample: the Worker fails while the screen is open. */
Deno.test("tcptop says why its Worker failed, on the ordinary screen", async () => {
  const seconds = Array.from({ length: 20 }, (_, i) => ({ snapshot: [live(), tick((i + 1) * 1e9)] }));
  const bytes = await record(seconds);
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes.subarray(0, bytes.length - TcpRecordLayout.byteLength));
    await using tmux = await inShell(program("--no-resolve", "--replay", path));
    const lines = await tmux.until("the end", (lines) => lines.some((line) => line.startsWith("as before")));
    ok(lines.some((line) => line.startsWith("tcptop: ")), lines.join("\n"));
    ok(lines.includes("status 1"), lines.join("\n"));
    deepStrictEqual(await tmux.modes(), ORDINARY);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("tcptop draws whole lines at every size, and again after each change of it", async () => {
  await using tmux = await Tmux.start(80, 24, program("--no-resolve", "-L", "-l", "0"));
  for (const [columns, rows] of [[80, 24], [120, 40], [200, 50], [40, 10], [20, 5], [80, 24]]) {
    await tmux.run("resize-window", "-x", String(columns), "-y", String(rows));
    const title = rows < 8 ? 1 : 2;
    const lines = await tmux.until(
      `${columns}x${rows}`,
      // Notes, which other programs may give rise to, stand above the titles and have their key in the place of that of the end.
      (lines) =>
        lines.length === rows && lines.findIndex((line) => line.startsWith(" PROCESS")) >= title &&
        /^ (?:! notes|q quit)/.test(lines[rows - 1]),
    );
    for (const line of lines) ok(textCells(line) <= columns, `${columns}x${rows}: ${line}`);
    strictEqual(lines[0].startsWith(columns > 40 ? " tcptop" : "↓"), true);
  }
});

Deno.test("tcptop takes nothing away from a terminal that is a typewriter", async () => {
  for (const type of ["TERM=dumb", "env -u TERM"]) {
    const replay = program("--replay", DEMO, "--count", "1", "--limit", "3");
    await using tmux = await inShell(`echo be"fore"; ${type} ${replay}`);
    const lines = await untilEnd(tmux), before = lines.indexOf("before");
    ok(before >= 0 && before < lines.findIndex((line) => line.startsWith("PROCESS")), lines.join("\n"));
  }
});

Deno.test("tcptop shows text where the terminal is a typewriter", async () => {
  await using tmux = await inShell(`TERM=dumb ${program("--count", "1", "--interval", "100ms", "--limit", "3")}`);
  const lines = await tmux.until("the end", (lines) => lines.some((line) => line.startsWith("as before")));
  ok(lines.some((line) => line.startsWith("PROCESS")), lines.join("\n"));
  deepStrictEqual(await tmux.modes(), ORDINARY);
});
