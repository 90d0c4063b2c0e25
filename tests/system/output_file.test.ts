import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { outputFiles } from "../../src/app/files.ts";
import { NodeFiles } from "../../src/system/node_files.ts";
import { type Files, OutputFile } from "../../src/system/output_file.ts";
import { OURSELVES } from "../support/owner.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** By the shim, and as where there is none. */
function inFolder(name: string, test: (folder: string, files: Files) => void): void {
  for (const [how, files] of [["the shim", outputFiles], ["node:fs", () => new NodeFiles()]] as const) {
    Deno.test(`${name}, by ${how}`, async () => {
      const folder = Deno.makeTempDirSync();
      try {
        test(folder, await files());
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    });
  }
}

inFolder("OutputFile makes a file that only its owner can read", (folder, files) => {
  const file = new OutputFile(`${folder}/a`, OURSELVES, files);
  file.append(bytes("one\n"));
  file.close();
  strictEqual(Deno.statSync(`${folder}/a`).mode! & 0o7777, 0o600);
  strictEqual(Deno.readTextFileSync(`${folder}/a`), "one\n");
});

inFolder("OutputFile appends to a file that is the owner's, and leaves its mode as it is", (folder, files) => {
  Deno.writeTextFileSync(`${folder}/old`, "one\n", { mode: 0o644 });
  const file = new OutputFile(`${folder}/old`, OURSELVES, files);
  file.append(bytes("two\n"));
  file.close();
  strictEqual(Deno.readTextFileSync(`${folder}/old`), "one\ntwo\n");
  strictEqual(Deno.statSync(`${folder}/old`).mode! & 0o7777, 0o644);
});

inFolder("OutputFile refuses a file that is another user's, or has a second name", (folder, files) => {
  Deno.writeTextFileSync(`${folder}/old`, "one\n", { mode: 0o666 });
  throws(() => new OutputFile(`${folder}/old`, { uid: 4321, gid: 5432 }, files), /it belongs to user 0\. Name a file/);
  Deno.linkSync(`${folder}/old`, `${folder}/other`);
  throws(() => new OutputFile(`${folder}/old`, OURSELVES, files), /it has a second name \(a hard link\)/);
  throws(() => new OutputFile(`${folder}/old`, OURSELVES, files, true), /it exists already/);
  strictEqual(Deno.readTextFileSync(`${folder}/old`), "one\n");
});

Deno.test("OutputFile gives a new file to its owner", async () => {
  const folder = Deno.makeTempDirSync();
  new OutputFile(`${folder}/new`, { uid: 4321, gid: 5432 }, await outputFiles()).close();
  const { uid, gid, mode } = Deno.statSync(`${folder}/new`);
  deepStrictEqual([uid, gid, mode! & 0o7777], [4321, 5432, 0o600]);
  Deno.removeSync(folder, { recursive: true });
});

inFolder("OutputFile does not follow a symbolic link", (folder, files) => {
  Deno.symlinkSync(`${folder}/target`, `${folder}/link`);
  throws(() => new OutputFile(`${folder}/link`, OURSELVES, files), /Cannot write to .*\/link: it is a symbolic link/);
  throws(() => Deno.statSync(`${folder}/target`), Deno.errors.NotFound);
});

inFolder("OutputFile refuses what is no file in a sentence", (folder, files) => {
  throws(() => new OutputFile(folder, OURSELVES, files), /it is a directory/);
  throws(() => new OutputFile(`${folder}/none/a`, OURSELVES, files), /there is no such directory/);
  throws(() => new OutputFile("/dev/full", OURSELVES, files), /it is not a regular file/);
});

inFolder("OutputFile notices that the file is gone", (folder, files) => {
  const file = new OutputFile(`${folder}/a`, OURSELVES, files);
  file.append(bytes("one\n"));
  Deno.removeSync(`${folder}/a`);
  throws(() => file.append(bytes("two\n")), /it was deleted/);
  file.close();
});

inFolder("OutputFile.discard() removes only a file that it made and did not write to", (folder, files) => {
  new OutputFile(`${folder}/a`, OURSELVES, files).discard();
  throws(() => Deno.statSync(`${folder}/a`), Deno.errors.NotFound);
  Deno.writeTextFileSync(`${folder}/b`, "");
  new OutputFile(`${folder}/b`, OURSELVES, files).discard();
  strictEqual(Deno.statSync(`${folder}/b`).size, 0);
});
