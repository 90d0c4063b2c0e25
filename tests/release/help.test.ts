import { deepStrictEqual } from "node:assert/strict";

const SCRIPTS = new URL("../../scripts/", import.meta.url);

/** A PATH on which the tools that bench measures are not installed, and nothing can be. */
async function withoutTools(): Promise<string> {
  const folder = await Deno.makeTempDir();
  const script = (name: string, text: string) =>
    Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  await script("apt-get", "echo apt-get was run >&2; exit 1");
  await script("dpkg-query", 'case "$*" in *nethogs*) exit 1 ;; esac; exec /usr/bin/dpkg-query "$@"');
  return folder;
}

Deno.test("every command of scripts/ says how it is used, and starts nothing", async () => {
  const wrong: string[] = [], folder = await withoutTools(), path = `${folder}:${Deno.env.get("PATH")}`;
  for await (const { name, isFile } of Deno.readDir(SCRIPTS)) {
    // tcptop has a help of its own.
    if (!isFile || name.includes(".") || name === "run") continue;
    for (const args of [["--help"], ["-h"], ["1", "--help"]]) {
      // These two take a fixed number of words, and say so.
      if (args.length > 1 && (name === "formula" || name === "release-notes")) continue;
      const startMs = performance.now();
      const { code, stdout, stderr } = await new Deno.Command(new URL(name, SCRIPTS).pathname, {
        args,
        env: { PATH: path },
      })
        .output();
      const ms = performance.now() - startMs, said = new TextDecoder().decode(stdout);
      if (code !== 0 || said.length < 60 || said.startsWith("#") || stderr.length > 0 || ms > 2000) {
        wrong.push(`${name} ${args.join(" ")}: ${code} ${said} ${new TextDecoder().decode(stderr)}`);
      }
    }
  }
  await Deno.remove(folder, { recursive: true });
  deepStrictEqual(wrong, []);
});

Deno.test("every command of scripts/ refuses an option that it does not know, and installs nothing for it", async () => {
  const wrong: string[] = [], folder = await withoutTools(), path = `${folder}:${Deno.env.get("PATH")}`;
  for await (const { name, isFile } of Deno.readDir(SCRIPTS)) {
    if (!isFile || name.includes(".")) continue;
    const { code, stdout, stderr } = await new Deno.Command(new URL(name, SCRIPTS).pathname, {
      args: ["--no-such-option"],
      env: { PATH: path },
      signal: AbortSignal.timeout(20_000),
    }).output();
    const said = new TextDecoder().decode(stderr);
    if (
      code === 0 || code > 4 || said.includes("apt-get was run") || said.split("\n").length > 3 || stdout.length > 0
    ) {
      wrong.push(`${name}: ${code} ${said}`);
    }
  }
  await Deno.remove(folder, { recursive: true });
  deepStrictEqual(wrong, []);
});
