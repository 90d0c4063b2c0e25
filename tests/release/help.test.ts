import { deepStrictEqual } from "node:assert/strict";

const SCRIPTS = new URL("../../scripts/", import.meta.url);

Deno.test("every command of scripts/ says how it is used, and starts nothing", async () => {
  const wrong: string[] = [];
  for await (const { name, isFile } of Deno.readDir(SCRIPTS)) {
    // tcptop and the benchmarks have a help of their own.
    if (!isFile || name.includes(".") || name === "run" || name === "bench") continue;
    const startMs = performance.now();
    const { code, stdout, stderr } = await new Deno.Command(new URL(name, SCRIPTS).pathname, { args: ["--help"] })
      .output();
    const ms = performance.now() - startMs, said = new TextDecoder().decode(stdout);
    if (code !== 0 || said.length < 60 || said.startsWith("#") || stderr.length > 0 || ms > 2000) {
      wrong.push(`${name}: ${code} ${said}`);
    }
  }
  deepStrictEqual(wrong, []);
});
