/** Whatever the documents point to is there. */
import { deepStrictEqual } from "node:assert/strict";
import { TCP_BY_BPF } from "../../src/system/kernel_version.ts";
import { allCommands, ELSEWHERE, pages, read, STAND_INS } from "../support/documents.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("what is not run stands in the documents, and names a script that there is", async () => {
  const all = await allCommands(), wrong: string[] = [];
  for (const [begin] of ELSEWHERE) {
    if (!all.some(({ lines }) => lines.some((line) => line.startsWith(begin)))) wrong.push(begin);
  }
  for (const line of STAND_INS.keys()) if (!all.some(({ lines }) => lines.includes(line))) wrong.push(line);
  for (const { page, lines } of all) {
    for (const [, path] of lines.join("\n").matchAll(/(?<!\S)\.\/(scripts\/[\w-]+)/g)) {
      if (!await exists(path)) wrong.push(`${page}: ${path}`);
    }
  }
  deepStrictEqual(wrong, []);
});

const exists = (path: string) => Deno.stat(ROOT + path).then(() => true, () => false);

/** As GitHub makes the anchor of a heading. */
const anchorOf = (heading: string) =>
  heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(/\s/g, "-");

Deno.test("every link within the documents leads somewhere", async () => {
  const broken: string[] = [], from = [...await pages(), "CHANGELOG.md", "launcher/README.md"];
  for await (const { name } of Deno.readDir(`${ROOT}docs/decisions`)) from.push(`docs/decisions/${name}`);
  for (const page of from) {
    for (const [, target] of (await read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const { pathname, hash } = new URL(target, `file:///${page}`), path = pathname.slice(1);
      if (!await exists(path)) broken.push(`${page}: ${target}`);
      else if (hash !== "") {
        const headings = [...(await read(path)).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => `#${anchorOf(heading)}`);
        if (!headings.includes(hash)) broken.push(`${page}: ${target}`);
      }
    }
  }
  deepStrictEqual(broken, []);
});

const PATH = /`((?:src|bpf|ffi|tests|scripts|docs|schemas|man|launcher|examples)\/[\w.\/*-]*)`/g;

/** Whether a path, or one with a star in its last part, is there. */
async function isThere(path: string): Promise<boolean> {
  if (!path.includes("*")) return await exists(path);
  const folder = path.slice(0, path.lastIndexOf("/") + 1), [begin, end] = path.slice(folder.length).split("*");
  for await (const { name } of Deno.readDir(ROOT + folder)) {
    if (name.startsWith(begin) && name.endsWith(end)) return true;
  }
  return false;
}

Deno.test("every file that the documents name is there", async () => {
  const missing: string[] = [];
  for (const page of await pages()) {
    for (const [, path] of (await read(page)).matchAll(PATH)) {
      if (!path.includes("NAME") && !await isThere(path)) missing.push(`${page}: ${path}`);
    }
  }
  deepStrictEqual(missing, []);
});

Deno.test("docs/decisions/README.md has every decision, and README.md less than 150 lines", async () => {
  const index = await read("docs/decisions/README.md"), unlisted: string[] = [];
  for await (const { name } of Deno.readDir(`${ROOT}docs/decisions`)) {
    if (name !== "README.md" && !index.includes(`(${name})`)) unlisted.push(name);
  }
  deepStrictEqual([unlisted, (await read("README.md")).split("\n").length < 150], [[], true]);
});

Deno.test("README.md and docs/needs.md promise eBPF from the kernel on that the program names", async () => {
  const promised = async (page: string) => /^Linux (\d+\.\d+) or newer/m.exec(await read(page))?.[1];
  deepStrictEqual([await promised("README.md"), await promised("docs/needs.md")], [TCP_BY_BPF, TCP_BY_BPF]);
});
