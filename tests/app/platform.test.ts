import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { openPlatform } from "../../src/app/platform.ts";
import { ExitStatus, TcptopError } from "../../src/errors.ts";

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly code?: { readonly specifier: string }; readonly isDynamic?: boolean }[];
}

const ROOT = new URL("../../", import.meta.url).href;
/** What is imported for one system only, behind a look at which it is. */
const LINUX = [
    "src/source/linux/platform.ts",
    "src/system/ahead.ts",
    "src/system/shim_files.ts",
    "src/app/watched.ts",
    "src/app/when_runner.ts",
    "src/app/give_up_root.ts",
  ],
  MACOS = ["src/source/nettop/platform.ts"];
/** The shim, and all that goes through it or talks to the kernel of Linux. */
const LINUX_ONLY = /^src\/(source\/linux\/|system\/(ahead|command|linux|memory_file|shim))/;
const MACOS_ONLY = /^src\/(source\/nettop|system\/darwin)\//;

/** Files of ours that are loaded, statically or not, without the modules `never`. */
async function reached(never: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const entry of ["main.ts", "src/app/worker.ts"]) {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", entry],
      cwd: new URL(ROOT),
      stdin: "null",
    });
    const { modules } = JSON.parse(new TextDecoder().decode((await command.output()).stdout)) as { modules: Module[] };
    const byName = new Map(modules.map((module) => [module.specifier, module]));
    const visit = (specifier: string) => {
      const path = specifier.slice(ROOT.length);
      if (!specifier.startsWith(ROOT) || never.includes(path) || found.has(path)) return;
      found.add(path);
      for (const { code } of byName.get(specifier)?.dependencies ?? []) if (code !== undefined) visit(code.specifier);
    };
    visit(ROOT + entry);
  }
  return [...found].sort();
}

Deno.test("openPlatform() on macOS loads nothing of the shim, of BPF or of netlink", async () => {
  const paths = await reached(LINUX);
  deepStrictEqual(paths.filter((path) => LINUX_ONLY.test(path)), []);
  strictEqual(MACOS.every((path) => paths.includes(path)), true);
  for (const path of paths) {
    const opens = /\bDeno\.dlopen\(/.test(await Deno.readTextFile(new URL(path, ROOT)));
    strictEqual(opens, ["src/system/c_library.ts", "src/system/darwin/library.ts"].includes(path), path);
  }
});

Deno.test("every library of macOS is named in full: a leaf name is looked for in the working directory first", async () => {
  const named: string[] = [];
  for (const path of await reached(LINUX)) {
    for (const [, library] of (await Deno.readTextFile(new URL(path, ROOT))).matchAll(/"([^"]*\.dylib)"/g)) {
      named.push(`${path} ${library}`);
    }
  }
  deepStrictEqual(named, [
    "src/system/c_library.ts /usr/lib/libSystem.B.dylib",
    "src/system/darwin/library.ts /usr/lib/libSystem.B.dylib",
  ]);
});

Deno.test("openPlatform() on Linux loads nothing of macOS", async () => {
  const paths = await reached(MACOS);
  deepStrictEqual(paths.filter((path) => MACOS_ONLY.test(path)), []);
  strictEqual(LINUX.every((path) => paths.includes(path)), true);
});

Deno.test("openPlatform() says which systems there are to one that is neither", async () => {
  const options = { replay: null } as Parameters<typeof openPlatform>[1];
  await rejects(openPlatform("windows", options), (error: unknown) => {
    strictEqual(error instanceof TcptopError && error.status === ExitStatus.unsupported, true);
    match((error as Error).message, /Linux 4\.9 or newer, or macOS/);
    return true;
  });
});
