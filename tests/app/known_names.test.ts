import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { KnownNames } from "../../src/app/known_names.ts";
import { OURSELVES } from "../support/owner.ts";

/** What the file holds after these names were added, and what the next run reads from it. */
async function added(text: string, ...names: string[]): Promise<{ text: string; process: string[] }> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, text);
    const known = await KnownNames.open(path, OURSELVES);
    for (const name of names) known.add("process", name);
    known.close();
    const again = await KnownNames.open(path, OURSELVES);
    again.close();
    return { text: await Deno.readTextFile(path), process: [...again.names.process] };
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("KnownNames.add() begins a line of its own, also where the last one has no end", async () => {
  const two = ['process "b"\n', 'process "c"\n'].join(""), read = ["a", "b", "c"];
  deepStrictEqual(await added('process "a"', "b", "c"), { text: `process "a"\n${two}`, process: read });
  deepStrictEqual(await added('process "a"\r\n', "b", "c"), { text: `process "a"\r\n${two}`, process: read });
  deepStrictEqual(await added("", "b", "c"), { text: two, process: ["b", "c"] });
  strictEqual((await added('process "a"')).text, 'process "a"', "nothing is written where nothing is new");
});

Deno.test("KnownNames.open() names the line that it cannot read", async () => {
  await rejects(added('# mine\n\nprocess "a"process "b"\n'), /:3: a line is remote "NAME" or process "NAME"/);
});
