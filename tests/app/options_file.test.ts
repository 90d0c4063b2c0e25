import { strictEqual, throws } from "node:assert/strict";
import { userOptionsFile } from "../../src/app/options_file.ts";

const variables = (values: Readonly<Record<string, string>>) => (name: string) => values[name];

function inHome(test: (home: string) => void): void {
  const home = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${home}/.config/tcptop`, { recursive: true });
    Deno.writeTextFileSync(`${home}/.config/tcptop/options`, "--bits\n", { mode: 0o600 });
    test(home);
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
}

Deno.test("userOptionsFile() looks below XDG_CONFIG_HOME if that is absolute, else below HOME", () => {
  inHome((home) => {
    const path = `${home}/.config/tcptop/options`,
      read = (values: Record<string, string>) => userOptionsFile(variables(values))?.path ?? null;
    strictEqual(read({ HOME: home }), path);
    strictEqual(read({ HOME: home, XDG_CONFIG_HOME: "" }), path);
    strictEqual(read({ HOME: home, XDG_CONFIG_HOME: "relative" }), path);
    strictEqual(read({ XDG_CONFIG_HOME: `${home}/.config` }), path);
    strictEqual(read({ HOME: home, XDG_CONFIG_HOME: "/nowhere" }), null);
    strictEqual(read({}), null);
    Deno.chmodSync(path, 0o666);
    throws(() => read({ HOME: home }), /options can be written by others .* --no-config does without$/);
  });
});

Deno.test({
  name: "userOptionsFile() as root takes the file of the user behind sudo, and nobody else's",
  ignore: Deno.uid() !== 0, // an ordinary user cannot make a file that is another one's
  fn: () => {
    inHome((home) => {
      const path = `${home}/.config/tcptop/options`;
      const sudo = { SUDO_UID: "1234", SUDO_GID: "1234", XDG_CONFIG_HOME: `${home}/.config`, HOME: "/root" };
      // Root's own file is not the user's: it is left out, with a sentence.
      strictEqual(userOptionsFile(variables(sudo)), null);
      Deno.chownSync(path, 1234, 1234);
      strictEqual(userOptionsFile(variables(sudo))?.text, "--bits\n");
      // Behind su HOME may still be the user's.
      strictEqual(userOptionsFile(variables({ HOME: home })), null);
    });
  },
});
