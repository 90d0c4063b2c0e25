/** What a command may do: learnt from runs, and judged afterwards. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { execute, tcptop } from "../support/tcptop.ts";

Deno.test("what --learn has written --allow lets pass, and one connection more is told, with status 10", async () => {
  const listeners = [1, 2, 3].map(() => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const folder = await Deno.makeTempDir(), policy = `${folder}/policy`;
  try {
    for (const listener of listeners) {
      (async () => {
        for await (const one of listener) one.close();
      })();
    }
    const [a, b, c] = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
    const to = (
      ...ports: number[]
    ) => [
      "--",
      "bash",
      "-c",
      `${ports.map((port) => `(exec 3<>/dev/tcp/127.0.0.1/${port}; read -u 3); `).join("")} exit 0`,
    ];
    const run = (...args: string[]) => execute(tcptop(["run", "--inside", "--interval", "100ms", ...args]));
    const texts: string[] = [];
    // Each into a file of its own, and then into one that has it all already.
    for (const [file, order] of [["", [a, b]], ["2", [b, a]], ["3", [b, a, b]], ["", [b, a]]] as const) {
      const learnt = await run("--learn", policy + file, ...to(...order));
      strictEqual(learnt.code, 0);
      texts.push(await Deno.readTextFile(policy + file));
    }
    deepStrictEqual(texts, Array(4).fill(texts[0]));
    deepStrictEqual(
      texts[0].split("\n").slice(2),
      [...[a, b].map((port) => `process=bash remote=localhost dport:${port} proto:tcp`).sort(), ""],
    );
    const same = await run("--allow", policy, ...to(b, a));
    deepStrictEqual([same.code, same.stderr.includes("Not allowed")], [0, false]);
    const recording = `${folder}/recording`, summary = `${folder}/summary.md`;
    const more = await run("--allow", policy, "--record", recording, "--summary", summary, ...to(a, c, b));
    strictEqual(more.code, 10);
    const [told, ...rest] = more.stderr.split("\n").filter((line) => line.includes("Not allowed"));
    match(
      told,
      new RegExp(
        `^tcptop: Not allowed: bash to localhost \\(127\\.0\\.0\\.1\\):${c}/tcp: 1 flow by process \\d+, in 0 B, out 0 B$`,
      ),
    );
    deepStrictEqual(rest, []);
    const page = (await Deno.readTextFile(summary)).split("\n");
    match(page[0], /^## <code>bash &#45;c .*<\/code> ended with status 0 after \d+s$/);
    const verdict = page.slice(page.indexOf("### Not allowed")).slice(2, 6);
    deepStrictEqual([verdict[0], verdict[1], verdict[3]], [`No line of \`${policy}\` matches:`, "", ""]);
    match(
      verdict[2],
      new RegExp(`^- \`bash to localhost \\(127\\.0\\.0\\.1\\):${c}/tcp\`: 1 flow by process \\d+, in 0 B, out 0 B$`),
    );
    ok(page.includes("```mermaid"));
    strictEqual((await run("--allow", policy, "--warn", ...to(c))).code, 0);
    const second = `${folder}/second`;
    await Deno.writeTextFile(second, `dport:${c}\n`);
    strictEqual((await run("--allow", policy, "--allow", second, ...to(a, c))).code, 0);
    const later = await execute(tcptop(["--replay", recording, "--once", "--inside", "--allow", policy]));
    const all = await execute(tcptop(["--replay", recording, "--json", "--inside", "--allow", policy]));
    strictEqual(all.code, 10, later.stderr);
    // Whoever names command lines has them read.
    await Deno.writeTextFile(second, `command:/dev/tcp/127.0.0.1/${a}\n`);
    const script = `exec 3<>/dev/tcp/127.0.0.1/${a}; read -u 3; sleep 0.4; exit 0`;
    strictEqual((await run("--allow", second, "--", "bash", "-c", script)).code, 0);
    await Deno.writeTextFile(second, `dport:${c}\nport:99999\n`);
    const wrong = await run("--allow", second, ...to(a));
    deepStrictEqual([wrong.code, wrong.stderr], [
      2,
      `tcptop: ${second}:2:6: '99999' is neither a port nor a range such as 8000-8999\n  port:99999\n       ^\n`,
    ]);
  } finally {
    for (const listener of listeners) listener.close();
    await Deno.remove(folder, { recursive: true });
  }
});
