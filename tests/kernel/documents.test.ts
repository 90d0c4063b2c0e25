/** Whatever the documents tell a reader to type is typed here, with bounds. */
import { deepStrictEqual } from "node:assert/strict";
import { allCommands, bounded, type Commands, ELSEWHERE, pages, read, STAND_INS } from "../support/documents.ts";
import { execute, tcptop } from "../support/tcptop.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Fails a job where something went outside, which on this machine is not ours to say. */
const MAY_SAY_NO = /^jq -s -e /;

const isElsewhere = (line: string) => ELSEWHERE.some(([begin]) => line.startsWith(begin));

/** A block that begins with such a line is left out whole, else such lines alone. */
function toRun(all: readonly Commands[]): Commands[] {
  return all.map(({ page, lines }) => ({
    page,
    lines: isElsewhere(lines[0]) ? [] : lines.filter((line) => !isElsewhere(line)),
  }))
    .filter(({ lines }) => lines.length > 0);
}

function shellText({ lines }: Commands): string {
  const shell = lines.map((line) => {
    const text = STAND_INS.get(line)?.[0] ?? bounded(line);
    return MAY_SAY_NO.test(line) ? `${text} || [ $? = 1 ]` : text;
  });
  const program = tcptop([]).map((word) => `'${word}'`).join(" ");
  return `set -e -o pipefail\ntcptop() { ${program} "$@"; }\n${shell.join("\n")}\n`;
}

/** A folder that looks like the project, for the files that commands leave. */
async function likeTheProject(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "tcptop-documents-" });
  for await (const { name } of Deno.readDir(ROOT)) {
    if (!name.startsWith(".")) await Deno.symlink(ROOT + name, `${folder}/${name}`);
  }
  return folder;
}

Deno.test("every command of the documents runs", async () => {
  const failed: string[] = [], done = new Set<string>(), folder = await likeTheProject();
  try {
    for (const commands of toRun(await allCommands())) {
      const text = shellText(commands);
      if (done.has(text)) continue;
      done.add(text);
      const { code, stderr } = await execute(["bash", "-c", `cd ${folder}\n${text}`]);
      // 4: a lesser source is all there is, which is doctor's to say.
      const fine = code === 0 || code === 4 && commands.lines[0] === "tcptop doctor";
      if (!fine) failed.push(`${commands.page}: ${commands.lines.join("; ")}: status ${code} ${stderr}`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  deepStrictEqual(failed, []);
  deepStrictEqual(done.size > 20, true, `only ${done.size} were found`);
});

Deno.test("what the documents show of the demo is what comes", async () => {
  const answers = /(?:^|\n\n) {4}\$ tcptop (--replay examples\/[^|\n]*)\n((?: {4}(?!\$).*(?:\n|$))+)/g,
    shown: string[] = [];
  for (const page of await pages()) {
    for (const [, args, text] of (await read(page)).matchAll(answers)) {
      const line = `cd ${ROOT} && "$0" "$@" ${args}`;
      const { stdout } = await execute(["bash", "-c", line, ...tcptop([])]);
      deepStrictEqual(text.replaceAll(/^ {4}/gm, ""), stdout, `${page}: ${args}`);
      shown.push(page);
    }
  }
  deepStrictEqual(shown, ["docs/json.md", "docs/json.md", "docs/screen.md"]);
});
