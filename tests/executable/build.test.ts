/** What is in the executable, and what it needs. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { EXECUTABLE } from "../support/executable.ts";
import { execute } from "../support/tcptop.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("the executable is at most 5 % larger than Deno", async () => {
  const [{ size }, deno] = [await Deno.stat(EXECUTABLE), await Deno.stat(Deno.execPath())];
  ok(size < deno.size * 1.05, `${size} bytes, Deno ${deno.size}`);
});

Deno.test("the shim needs no newer glibc than the README says", async () => {
  const [, promised] = /glibc (\d+\.\d+) or newer/.exec(await Deno.readTextFile(`${ROOT}README.md`))!;
  const { stdout } = await execute(["objdump", "-T", `${ROOT}build/libtcptop.so`]);
  const needed = [...stdout.matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(([, major, minor]) =>
    Number(major) * 1000 + Number(minor)
  );
  const [major, minor] = promised.split(".").map(Number);
  deepStrictEqual(needed.filter((version) => version > major * 1000 + minor), []);
});

Deno.test("deno compile embeds the program and the shim, nothing else", async () => {
  // Any ELF file does as the runtime stub for making the executable; only running it would take the real one.
  const folder = await Deno.makeTempDir({ prefix: "tcptop-" });
  try {
    const env = { DENORT_BIN: Deno.execPath() };
    const { code, stderr } = await execute(
      [`${ROOT}scripts/compile`, "--maker=deno", `--output=${folder}/tcptop`],
      env,
    );
    strictEqual(code, 0, stderr);
    const files = [...stderr.matchAll(/^[│├└─┬ ]+([^ ]+) \(/gm)].map(([, file]) => file).sort();
    deepStrictEqual(files, ["libtcptop.so", "tcptop.js"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
