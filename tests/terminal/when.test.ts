/** Conditions on the live screen: the bell, the mark in the head, and what goes wrong with a command. */
import { match, strictEqual } from "node:assert/strict";
import { quoted } from "../support/in_shell.ts";
import { tcptop } from "../support/tcptop.ts";
import { Tmux } from "../support/tmux.ts";

Deno.test("what begins to hold is heard, stands in the head for as long as it does, and a command that fails is told", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr, condition = `dport:${port} and state:established`;
  const program = tcptop(["--no-config", "--interval", "200ms", "--when", condition, "--when-run", "exit 3"]);
  await using tmux = await Tmux.start(120, 24, quoted(program));
  await tmux.run("set-option", "-g", "monitor-bell", "on");
  // The bell of the window that is looked at raises no flag.
  await tmux.run("new-window", "-d", "sleep 1000");
  await tmux.until("a sample", (lines) => lines[1].includes("tcp"));
  await tmux.run("select-window", "-t", ":1");
  strictEqual((await tmux.run("list-windows", "-F", "#{window_bell_flag}")).split("\n")[0], "0");
  const client = await Deno.connect({ hostname: "127.0.0.1", port }), server = await listener.accept();
  for (let i = 0; (await tmux.run("list-windows", "-F", "#{window_bell_flag}")).split("\n")[0] !== "1"; i++) {
    if (i === 200) throw new Error("no bell");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await tmux.run("select-window", "-t", ":0");
  const [, , mark] = await tmux.until("the mark", (lines) => lines[2].startsWith(`! ${condition}: `));
  match(mark, new RegExp(`\\[${Deno.pid}\\] 127\\.0\\.0\\.1:\\d+ -> 127\\.0\\.0\\.1:${port}`));
  await tmux.until("what came of it", (lines) => lines.at(-1)!.includes("--when-run 'exit 3' ended with status 3"));
  client.close();
  server.close();
  await tmux.until("the end", (lines) => !lines[2].includes(condition));
  await tmux.type("q");
});
