import { strictEqual, throws } from "node:assert/strict";
import { NotRead, readUserFile } from "../../src/system/user_file.ts";

const uid = Deno.uid()!;

function inFolder(test: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const refused = (path: string, words: RegExp, foreign = false) =>
  throws(() => readUserFile(path, uid, 100), (error: unknown) => {
    return error instanceof NotRead && words.test(error.message) && error.foreign === foreign;
  });

Deno.test("readUserFile() gives the text of the user's own file, and null where there is none", () => {
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/options`, "--bits # é\n", { mode: 0o644 });
    strictEqual(readUserFile(`${folder}/options`, uid, 100), "--bits # é\n");
    strictEqual(readUserFile(`${folder}/none`, uid, 100), null);
    strictEqual(readUserFile(`${folder}/options/none`, uid, 100), null);
  });
});

Deno.test("readUserFile() refuses what others can write or exchange, what is no text, and what is too long", () => {
  inFolder((folder) => {
    const path = `${folder}/options`;
    Deno.writeTextFileSync(path, "--bits\n");
    for (const mode of [0o620, 0o602, 0o666]) {
      Deno.chmodSync(path, mode);
      refused(path, /written by others/);
    }
    Deno.chmodSync(path, 0o600);
    Deno.symlinkSync(path, `${folder}/link`);
    refused(`${folder}/link`, /symbolic link/);
    Deno.linkSync(path, `${folder}/second`);
    refused(path, /second name/);
    Deno.removeSync(`${folder}/second`);
    Deno.writeFileSync(path, new Uint8Array([0xff, 0xfe]));
    refused(path, /UTF-8/);
    Deno.writeTextFileSync(path, "#".repeat(101));
    refused(path, /larger than 100 bytes/);
    refused(folder, /not a regular file/);
    new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).outputSync();
    refused(`${folder}/pipe`, /not a regular file/);
    throws(() => readUserFile("/dev/null", uid, 100), /not a regular file/);
  });
});

Deno.test("readUserFile() leaves another user's file alone", () => {
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/options`, "--bits\n");
    throws(() => readUserFile(`${folder}/options`, uid + 1, 100), (error: unknown) => {
      return error instanceof NotRead && error.foreign && error.message.includes(`belongs to user ${uid}`);
    });
  });
});
