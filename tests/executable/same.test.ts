/** The executable says and does what the program does from source. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { bothWays, EXECUTABLE } from "../support/executable.ts";
import { execute } from "../support/tcptop.ts";

const ORDINARY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/** Ends both ways with the same status and words, which are returned. */
async function same(args: readonly string[], before: readonly string[] = []) {
  const { source, executable } = bothWays(args);
  const [{ ms: _, ...expected }, { ms: __, ...actual }] = [
    await execute([...before, ...source]),
    await execute([...before, ...executable]),
  ];
  deepStrictEqual(actual, expected);
  return actual;
}

Deno.test("help, usage errors and their statuses are the same", async () => {
  strictEqual((await same(["--help"])).code, 0);
  for (const args of [["--bad"], ["--interval", "1"], ["-4", "-6"], ["--", "x"]]) {
    const { code, stderr } = await same([...args, "--count", "0"]);
    strictEqual(code, 2);
    match(stderr, /^tcptop: [^\n]+\n$/);
  }
});

Deno.test("500 arguments reach the program as they are", async () => {
  const odd = ["", " ", "'", '"', "$x", "\\", "é😀", "*", "-", "--"];
  const args = Array.from({ length: 500 }, (_, at) => `--filter=${odd[at % odd.length]}`);
  strictEqual((await same([...args, "--sort", "no such"])).code, 2);
  strictEqual((await same([...args.slice(0, 499), "--sort=x\ny"])).code, 2);
});

Deno.test("an ordinary user gets the same sentence and status 3, and the version", async () => {
  // From source nobody may not be able to read the project's folder: only the executable is asked.
  await using file = await ownCopy();
  const { code, stdout, stderr } = await execute([...ORDINARY, file.path, "--once", "--json"]);
  deepStrictEqual({ code, stdout }, { code: 3, stdout: "" });
  match(stderr, /^tcptop: [^\n]*sudo[^\n]*\n$/);
  strictEqual((await execute([...ORDINARY, file.path, "--version"])).code, 0);
});

Deno.test("a report is the same, byte for byte, with the page's script inside", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tcptop-" });
  try {
    const pages: string[] = [];
    for (const way of ["source", "executable"] as const) {
      const line = bothWays(["--replay", "examples/demo.tcptop", "--report", `${folder}/${way}.html`])[way];
      strictEqual((await execute(line)).code, 0);
      pages.push(await Deno.readTextFile(`${folder}/${way}.html`));
    }
    strictEqual(pages[0], pages[1]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a variable of the user's changes nothing", async () => {
  const plain = await execute([EXECUTABLE, "--version"]);
  const alien = {
    TCPTOP_SHIM_FD: "0",
    DENO_V8_FLAGS: "--help",
    COMPLETE: "bash",
    NODE_OPTIONS: "--inspect",
    RUST_LOG: "trace",
  };
  const { ms: _, ...changed } = await execute([EXECUTABLE, "--version"], alien);
  deepStrictEqual(changed, { code: plain.code, stdout: plain.stdout, stderr: plain.stderr });
});

/** The executable where everybody may run it. */
async function ownCopy(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await Deno.makeTempDir({ prefix: "tcptop-" });
  await Deno.chmod(folder, 0o755);
  await Deno.copyFile(EXECUTABLE, `${folder}/tcptop`);
  return { path: `${folder}/tcptop`, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}
