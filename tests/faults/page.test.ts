import { deepStrictEqual, ok } from "node:assert/strict";

const FOLDER = new URL("./", import.meta.url);
const PAGE = new URL("../../docs/faults.md", import.meta.url);

/** The names of a file's tests, each up to where a value is put in. */
async function namesIn(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(file, FOLDER));
  return [...text.matchAll(/Deno\.test\(\s*(["`])(.*?)\1/g)].map(([, , name]) => name.split("${")[0]);
}

/** From the page: file and beginning of a test's name; "" where a row is about all of a file. */
async function told(): Promise<(readonly [file: string, begin: string])[]> {
  const rows = (await Deno.readTextFile(PAGE)).matchAll(/\| `([a-z]+\.test\.ts)`(?:: ([^|]*?))? \|$/gm);
  return [...rows].flatMap(([, file, begins = ""]) => begins.split("; ").map((begin) => [file, begin] as const));
}

const fits = (name: string, begin: string) => name.startsWith(begin) || begin.startsWith(name);

Deno.test("docs/faults.md names every test of tests/faults, and no other", async () => {
  const rows = await told(), files = new Set([...Deno.readDirSync(FOLDER)].map(({ name }) => name));
  for (const file of files) {
    if (!file.endsWith(".test.ts") || file === "page.test.ts") continue;
    const names = await namesIn(file), begins = rows.filter(([of]) => of === file).map(([, begin]) => begin);
    ok(names.length > 0, file);
    deepStrictEqual(names.filter((name) => !begins.some((begin) => fits(name, begin))), [], file);
    deepStrictEqual(begins.filter((begin) => !names.some((name) => fits(name, begin))), [], file);
  }
  deepStrictEqual(rows.filter(([file]) => !files.has(file)), []);
  ok(rows.length > 15);
});
