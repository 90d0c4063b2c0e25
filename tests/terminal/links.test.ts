/** Files that the user names and somebody else has prepared, as the program is run: with the permissions of scripts/run, or the executable. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { execute, tcptop } from "../support/tcptop.ts";

const DEMO = new URL("../../examples/demo.tcptop", import.meta.url).pathname;
const ANN = 54321, BOB = 54322;

interface Case {
  readonly name: string;
  /** Makes what is there before; returns the path to name, and the file that must stay as it is. */
  readonly prepare: (folder: string) => Promise<readonly [path: string, kept: string | null]>;
  readonly says: RegExp;
}

async function file(path: string, owner: number, mode = 0o600): Promise<string> {
  await Deno.writeTextFile(path, "kept\n");
  await Deno.chown(path, owner, owner);
  await Deno.chmod(path, mode);
  return path;
}

async function link(target: string, path: string, owner: number): Promise<string> {
  await execute(["setpriv", `--reuid=${owner}`, `--regid=${owner}`, "--clear-groups", "ln", "-s", target, path]);
  return path;
}

const CASES: readonly Case[] = [
  {
    name: "a link to a file of root's",
    prepare: async (folder) => {
      const kept = await file(`${folder}/root`, 0);
      return [await link(kept, `${folder}/link`, BOB), kept];
    },
    says: /it is a symbolic link/,
  },
  {
    name: "a link to nothing",
    prepare: async (folder) => [await link(`${folder}/none`, `${folder}/link`, BOB), null],
    says: /it is a symbolic link/,
  },
  {
    name: "a directory that is somebody else's link",
    prepare: async (folder) => {
      await Deno.mkdir(`${folder}/away`);
      await link(`${folder}/away`, `${folder}/inside`, BOB);
      return [`${folder}/inside/file`, null];
    },
    says: new RegExp(`a directory on the way is a symbolic link that user ${BOB} made`),
  },
  {
    name: "a file of somebody else",
    prepare: async (folder) => {
      const kept = await file(`${folder}/foreign`, BOB);
      return [kept, kept];
    },
    says: new RegExp(`it belongs to user ${BOB}\\. Name a file of your own`),
  },
  {
    name: "a file of somebody else that all may write",
    prepare: async (folder) => {
      const kept = await file(`${folder}/open`, BOB, 0o666);
      return [kept, kept];
    },
    says: new RegExp(`it belongs to user ${BOB}`),
  },
  {
    name: "a FIFO",
    prepare: async (folder) => {
      await execute(["mkfifo", "-m", "666", `${folder}/fifo`]);
      return [`${folder}/fifo`, null];
    },
    says: /it is not a regular file/,
  },
  {
    name: "a file with a second name",
    prepare: async (folder) => {
      const kept = await file(`${folder}/one`, 0);
      await Deno.link(kept, `${folder}/two`);
      return [`${folder}/two`, kept];
    },
    says: /it has a second name|it belongs to user 0/,
  },
  {
    name: "a loop of links",
    prepare: async (folder) => {
      await Deno.symlink(`${folder}/b`, `${folder}/a`);
      await Deno.symlink(`${folder}/a`, `${folder}/b`);
      return [`${folder}/a/file`, null];
    },
    says: /symbolic link/,
  },
];

for (const sudo of [null, ANN]) {
  const env: Record<string, string> = sudo === null ? {} : { SUDO_UID: String(sudo), SUDO_GID: String(sudo) };
  const by = sudo === null ? "root" : "root for a user behind sudo";
  for (const { name, prepare, says } of CASES) {
    Deno.test(`${name} is not written to by ${by}`, async () => {
      const folder = await Deno.makeTempDir({ prefix: "tcptop" });
      // As /tmp is: anybody may make entries.
      await Deno.chmod(folder, 0o1777);
      const [path, kept] = await prepare(folder),
        before = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
      for (const args of [["--replay", DEMO, "--csv", path], ["--once", "--json", "--record", path]]) {
        const { code, stdout, stderr } = await execute(tcptop(args), env);
        deepStrictEqual([code, stdout], [1, ""], stderr);
        if (args.includes("--csv")) match(stderr, says);
        strictEqual(stderr.trim().split("\n").length, 1);
      }
      if (kept !== null) strictEqual(await Deno.readTextFile(kept), "kept\n");
      deepStrictEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name).sort(), before);
      await Deno.remove(folder, { recursive: true });
    });
  }

  Deno.test(`a link of root's or one's own among the directories is followed by ${by}, and a recording is a new file`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "tcptop" });
    await Deno.chmod(folder, 0o1777);
    await Deno.mkdir(`${folder}/there`);
    await Deno.chmod(`${folder}/there`, 0o777);
    await Deno.symlink("there", `${folder}/here`);
    await link(`${folder}/here`, `${folder}/own`, sudo ?? 0);
    for (const [name, path] of [["a", `${folder}/here/a`], ["b", `${folder}/own/../there/./b`]]) {
      const { code, stderr } = await execute(tcptop(["--replay", DEMO, "--csv", path]), env);
      deepStrictEqual([code, stderr], [0, ""]);
      const { uid, mode } = await Deno.lstat(`${folder}/there/${name}`);
      deepStrictEqual([uid, mode! & 0o7777], [sudo ?? 0, 0o600]);
    }
    const again = await execute(tcptop(["--replay", DEMO, "--csv", `${folder}/here/a`]), env);
    deepStrictEqual([again.code, again.stderr], [0, ""]);
    const record = ["--once", "--json", "--record", `${folder}/here/r`];
    strictEqual((await execute(tcptop(record), env)).code, 0);
    const second = await execute(tcptop(record), env);
    deepStrictEqual([second.code, /it exists already\. Name a new file/.test(second.stderr)], [1, true]);
    await Deno.remove(folder, { recursive: true });
  });
}
