/** The Debian package, installed into a folder of its own. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { EXECUTABLE } from "../support/executable.ts";
import { execute } from "../support/tcptop.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

async function succeeds(...line: string[]): Promise<string> {
  const { code, stdout, stderr } = await execute(line);
  strictEqual(code, 0, `${line.join(" ")}: ${stderr}`);
  return stdout;
}

const files = async (folder: string) => (await succeeds("find", folder, "-path", "*tcptop*", "-type", "f")).split("\n");

Deno.test("the package installs, runs, and is removed without a trace", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tcptop-package-" });
  try {
    const root = `${folder}/root`, package_ = `${folder}/t.deb`;
    await succeeds(`${ROOT}scripts/package`, "--fast", "--executable", EXECUTABLE, "--output", package_);
    for (const name of ["info", "updates"]) await Deno.mkdir(`${root}/var/lib/dpkg/${name}`, { recursive: true });
    await Deno.writeTextFile(`${root}/var/lib/dpkg/status`, "");
    const dpkg = ["dpkg", `--root=${root}`, "--force-depends", "--force-script-chrootless", `--log=${folder}/log`];
    await succeeds(...dpkg, "-i", package_);
    strictEqual(
      await succeeds("dpkg-query", `--admindir=${root}/var/lib/dpkg`, "-W", "-f", "${db:Status-Abbrev}", "tcptop"),
      "ii ",
    );
    const expected = await execute([EXECUTABLE, "--version"]),
      actual = await execute([`${root}/usr/bin/tcptop`, "--version"]);
    deepStrictEqual(actual.stdout, expected.stdout);
    ok((await files(`${root}/usr`)).some((path) => path.endsWith("/usr/share/doc/tcptop/copyright")));
    const unit = `${root}/usr/lib/systemd/system/tcptop-record.service`;
    match(await Deno.readTextFile(unit), /^ExecStart=\/usr\/bin\/tcptop .*--record .*--keep 24h$/m);
    // Off until somebody enables it: the package has no scripts, and no link.
    deepStrictEqual(
      (await files(`${root}/var/lib/dpkg/info`)).filter((path) => /\.(?:pre|post)(?:inst|rm)$/.test(path)),
      [],
    );
    strictEqual(await succeeds("find", root, "-type", "l", "-name", "tcptop*"), "");
    const told = await succeeds("zcat", `${root}/usr/share/doc/tcptop/changelog.gz`);
    match(told, /^tcptop \([\d.]+\) unstable; urgency=medium\n\n {2}\* /);
    // Each change is told to its end, over as many lines as it has in CHANGELOG.md.
    const words = (text: string) => text.replaceAll("`", "").replace(/^ *[-*] /gm, "").split(/\s+/).join(" ").trim();
    const [, newest] = (await Deno.readTextFile(`${ROOT}CHANGELOG.md`)).split(/^## .*$/m);
    strictEqual(words(told.split("\n").slice(1).join("\n").replace(/\n -- [^]*/, "")), words(newest));
    await succeeds(...dpkg, "-P", "tcptop");
    deepStrictEqual(await files(`${root}/usr`).catch(() => [""]), [""]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
