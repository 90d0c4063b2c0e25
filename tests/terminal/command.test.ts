/** The command line in the details: of the very process that is shown, as it is now. */
import { deepStrictEqual } from "node:assert/strict";
import { shimPath } from "../../src/app/paths.ts";
import { openShim } from "../../src/system/shim.ts";
import { inShell, quoted } from "../support/in_shell.ts";
import { lines, within } from "../support/lines.ts";
import { tcptop } from "../support/tcptop.ts";

/** The same name before and after exec(), but for the arguments. */
const SCRIPT = `exec 3<>/dev/tcp/127.0.0.1/$1; echo connected; read -r; exec bash -c 'echo again; read -r' second-life`;

Deno.test("the details show another command line after exec(), though pid and name are the same", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const args = ["-c", SCRIPT, "first-life", String(port)];
  const child = new Deno.Command("bash", { args, stdin: "piped", stdout: "piped" }).spawn(), said = lines(child.stdout);
  await within(10, "the connection", said.next());
  const writer = child.stdin.getWriter(), go = () => writer.write(new TextEncoder().encode("\n"));
  {
    await using tmux = await inShell(quoted(tcptop(["--no-resolve", "-f", `dport:${port}`])));
    await tmux.until("the flow", (lines) => lines.some((line) => line.includes(`127.0.0.1:${port} `)));
    await tmux.type("Enter");
    await tmux.until("the first", (lines) => lines.some((line) => /command +\S*bash -c exec 3/.test(line)));
    await go();
    await within(10, "the second life", said.next());
    await tmux.until(
      "the second",
      (lines) => lines.some((line) => /command +\S*bash -c echo again; read -r second-life/.test(line)),
    );
    await tmux.type("q");
  }
  await go();
  await writer.close();
  await said.return(undefined);
  await child.status;
});

Deno.test("tcptop__command_line() says nothing of a process that began at another time than the one that is meant", () => {
  const library = openShim(shimPath(), false), { symbols } = library, buffer = new Uint8Array(1 << 12);
  const ask = (pid: number, startNs: bigint) => symbols.tcptop__command_line(pid, startNs, buffer, buffer.length);
  try {
    const bytes = ask(Deno.pid, 0n), text = new TextDecoder().decode(buffer.subarray(0, Math.max(0, bytes)));
    deepStrictEqual(text, Deno.readTextFileSync("/proc/self/cmdline").slice(0, buffer.length).replace(/\0+$/, ""));
    deepStrictEqual([ask(Deno.pid, 1_000_000_000n), ask(2 ** 31, 0n), ask(2, 0n)], [-1, -1, 0]);
  } finally {
    library.close();
  }
});
