/** The live screen over a nettop that is played. */
import { match, ok, strictEqual } from "node:assert/strict";
import { FAKE_NETTOP, FAKE_SCRIPT, fakesAlive } from "../source/nettop/fake.ts";
import { asUser } from "../support/refused.ts";
import { execute } from "../support/tcptop.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

function command(mode: string): string {
  const flags = ["run", "--quiet", "--no-prompt", "--cached-only", "--frozen", `--config=${ROOT}deno.json`];
  const allowed = ["--allow-env", "--allow-sys", "--allow-read", `--allow-run=${FAKE_NETTOP},${FAKE_SCRIPT}`];
  const variables = [`TCPTOP_NETTOP=${FAKE_NETTOP}`, `TCPTOP_SCRIPT=${FAKE_SCRIPT}`, `FAKE_NETTOP='${mode}'`];
  const line = asUser([Deno.execPath(), ...flags, ...allowed, `${ROOT}main.ts`, "--no-resolve"]).join(" ");
  return `${variables.join(" ")} ${line}; echo status $?; sleep 60`;
}

/** What the terminal shows, until `wanted` is among its lines. */
type Look = (what: string, wanted: (line: string) => boolean) => Promise<string[]>;

/** Runs the program in a terminal of its own, by tmux. */
async function onScreen(mode: string, body: (look: Look, type: (key: string) => Promise<unknown>) => Promise<void>) {
  const tmux = (...words: string[]) =>
    execute(["tmux", "-L", `tcptop-nettop-${Deno.pid}`, ...words], { LANG: "C.UTF-8" });
  const look: Look = async (what, wanted) => {
    for (const startMs = performance.now(); performance.now() - startMs < 30_000;) {
      const lines = (await tmux("capture-pane", "-p")).stdout.split("\n");
      if (lines.some(wanted)) return lines;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`not seen: ${what}`);
  };
  try {
    await tmux("-f", "/dev/null", "new-session", "-d", "-x", "150", "-y", "24", command(mode));
    await body(look, (key) => tmux("send-keys", key));
  } finally {
    await tmux("kill-server");
  }
}

Deno.test("tcptop over nettop shows flows, rates and what is not known, and ends with its child", () =>
  onScreen("plain stubborn", async (look, type) => {
    const lines = await look("two samples", (line) => /203\.0\.113\.5:443 .* (0\.9\d|1\.0\d) KiB\/s/.test(line));
    const one = (part: string) => lines.find((line) => line.includes(part)) ?? lines.join("\n");
    ok(lines.some((line) => line.includes("by nettop")), lines.join("\n"));
    match(one("! macOS"), /! macOS tells of connections once a second at most/);
    match(one("203.0.113.5:443"), /Example, Hel.* 4711 .*tcp .* 14\.6 ms/);
    match(one("203.0.113.6:443"), / 4711 .*quic /);
    await type("q");
    await look("the end", (line) => line === "status 0");
    strictEqual(await fakesAlive(), 0);
  }));

Deno.test("tcptop over nettop says on the screen that it runs nettop in another way, and why", () =>
  onScreen("one_shot", async (look, type) => {
    const lines = await look("a sample", (line) => line.includes("203.0.113.5:443"));
    ok(lines.some((line) => /gives no lasting log, so it is run anew every second/.test(line)), lines.join("\n"));
    await type("q");
    await look("the end", (line) => line === "status 0");
  }));
