import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { SHELLS } from "../../src/cli/completions.ts";
import { Shell } from "../support/shell.ts";
import { execute, tcptop } from "../support/tcptop.ts";

const START = {
  bash: { command: "bash --norc --noprofile", prepare: "PS1='ready '; source" },
  zsh: { command: "zsh -f", prepare: "PS1='ready '; autoload -Uz compinit; compinit -D -u; source" },
  fish: {
    command: "fish --no-config",
    prepare: "set -g fish_autosuggestion_enabled 0; function fish_prompt; echo -n 'ready '; end; source",
  },
} as const;

/** What is typed before Tab, and the line after it. */
const CASES = (folder: string) => [
  ["tcptop --jso", "tcptop --json"],
  ["tcptop --sort proc", "tcptop --sort process"],
  ["tcptop -s prot", "tcptop -s protocol"],
  ["tcptop --group cont", "tcptop --group container"],
  ["tcptop --once --columns pid,us", "tcptop --once --columns pid,user"],
  ["tcptop run --as", "tcptop run --as-root"],
  ["tcptop run --summ", "tcptop run --summary"],
  ["tcptop run --as-root --summ", "tcptop run --as-root --summary"],
  [`tcptop run --warn -- cat ${folder}/reco`, `tcptop run --warn -- cat ${folder}/recording.tcptop`],
  ["tcptop run -- tcptop-test-prog", "tcptop run -- tcptop-test-program"],
  ["tcptop kill port:22 --dr", "tcptop kill port:22 --dry-run"],
  ["tcptop kill port:22 --js", "tcptop kill port:22 --json"],
  ["tcptop completions fi", "tcptop completions fish"],
  [`tcptop --replay ${folder}/reco`, `tcptop --replay ${folder}/recording.tcptop`],
];

for (const name of SHELLS) {
  Deno.test(`completions work in ${name}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "tcptop" });
    const { code, stdout } = await execute(tcptop(["completions", name]));
    strictEqual(code, 0);
    await Deno.writeTextFile(`${folder}/script`, stdout);
    await Deno.writeTextFile(`${folder}/recording.tcptop`, "");
    await Deno.writeTextFile(`${folder}/tcptop-test-program`, "#!/bin/sh\n", { mode: 0o755 });
    await using shell = await Shell.start(`env PATH=${folder}:$PATH ${START[name].command}`);
    await shell.type(`${START[name].prepare} ${folder}/script`, "Enter");
    await shell.until("ready");
    for (const [typed, completed] of CASES(folder)) {
      await shell.type("C-l");
      await shell.type("-l", typed);
      await shell.until(typed);
      await shell.type("Tab");
      await shell.until(completed);
      await shell.type("C-u");
    }
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("completions offer every option of --help", async () => {
  const help = (await execute(tcptop(["--help"]))).stdout;
  const options = [...help.matchAll(/^ {2}(-\w), (--[\w-]+)|^ {2}(--[\w-]+|-\d)/gm)].flatMap((match) => match.slice(1))
    .filter(Boolean).sort();
  ok(options.length > 20);
  const { stdout } = await execute(tcptop(["completions", "bash"]));
  const offer = `${stdout}\nCOMP_WORDS=(tcptop -); COMP_CWORD=1; _tcptop; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const offered = (await execute(["bash", "-c", offer])).stdout.trim().split("\n");
  deepStrictEqual(offered.sort(), options);
  const fish = `${(await execute(tcptop(["completions", "fish"]))).stdout}\ncomplete -C 'tcptop --'`;
  const long = (await execute(["fish", "--no-config", "-c", fish])).stdout.trim().split("\n").map((l) =>
    l.split("\t")[0]
  );
  deepStrictEqual(long.sort(), options.filter((option) => option.startsWith("--")));
});
