import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { OutputFile } from "../../src/file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function inFolder(name: string, test: (folder: string) => void): void {
  Deno.test(name, () => {
    const folder = Deno.makeTempDirSync();
    try {
      test(folder);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

inFolder("OutputFile makes a file that only its owner can read", (folder) => {
  const file = new OutputFile(`${folder}/a`, null);
  file.append(bytes("one\n"));
  file.close();
  strictEqual(Deno.statSync(`${folder}/a`).mode! & 0o7777, 0o600);
  strictEqual(Deno.readTextFileSync(`${folder}/a`), "one\n");
});

inFolder("OutputFile gives a new file to its owner and leaves another one as it is", (folder) => {
  Deno.writeTextFileSync(`${folder}/old`, "one\n", { mode: 0o644 });
  for (const name of ["old", "new"]) {
    const file = new OutputFile(`${folder}/${name}`, { uid: 4321, gid: 5432 });
    file.append(bytes("two\n"));
    file.close();
  }
  const facts = (name: string) => {
    const { uid, gid, mode } = Deno.statSync(`${folder}/${name}`);
    return [uid, gid, mode! & 0o7777];
  };
  deepStrictEqual(facts("new"), [4321, 5432, 0o600]);
  deepStrictEqual(facts("old"), [Deno.uid(), Deno.gid(), 0o644]);
  strictEqual(Deno.readTextFileSync(`${folder}/old`), "one\ntwo\n");
});

inFolder("OutputFile does not follow a symbolic link", (folder) => {
  Deno.symlinkSync(`${folder}/target`, `${folder}/link`);
  throws(() => new OutputFile(`${folder}/link`, null), /Cannot write to .*\/link: it is a symbolic link/);
  throws(() => Deno.statSync(`${folder}/target`), Deno.errors.NotFound);
});

inFolder("OutputFile refuses what is no file in a sentence", (folder) => {
  throws(() => new OutputFile(folder, null), /it is a directory/);
  throws(() => new OutputFile(`${folder}/none/a`, null), /there is no such directory/);
  throws(() => new OutputFile("/dev/full", null), /it is not a regular file/);
});

inFolder("OutputFile notices that the file is gone", (folder) => {
  const file = new OutputFile(`${folder}/a`, null);
  file.append(bytes("one\n"));
  Deno.removeSync(`${folder}/a`);
  throws(() => file.append(bytes("two\n")), /it was deleted/);
  file.close();
});

inFolder("OutputFile.discard() removes only a file that it made and did not write to", (folder) => {
  new OutputFile(`${folder}/a`, null).discard();
  throws(() => Deno.statSync(`${folder}/a`), Deno.errors.NotFound);
  Deno.writeTextFileSync(`${folder}/b`, "");
  new OutputFile(`${folder}/b`, null).discard();
  strictEqual(Deno.statSync(`${folder}/b`).size, 0);
});
