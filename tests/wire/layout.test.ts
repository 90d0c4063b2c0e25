import { deepStrictEqual } from "node:assert/strict";
import * as layout from "../../src/wire/layout.ts";
import { execute } from "../support/tcptop.ts";

const HEADER = new URL("../../bpf/record.h", import.meta.url);

/** A C program that prints sizes, offsets and values as the compiler has them, as JSON. */
function program(header: string): string {
  const lines: string[] = [];
  const print = (name: string, value: string) => lines.push(`printf("\\"${name}\\":%zu,", (size_t)${value});`);
  for (const [, name, body] of header.matchAll(/^struct (tcptop_\w+) \{\n([^}]*)\};/gm)) {
    print(`${name} byteLength`, `sizeof(struct ${name})`);
    for (const [, field] of body.matchAll(/^\t__u\d+ (\w+)(?:\[\d+\])?;/gm)) {
      print(`${name} ${field}`, `offsetof(struct ${name}, ${field})`);
    }
  }
  for (const [, name, body] of header.matchAll(/^enum (tcptop_\w+) \{\n([^}]*)\};/gm)) {
    for (const [, member] of body.matchAll(/^\t([A-Z0-9_]+)\b/gm)) print(`${name} ${member}`, member);
  }
  const includes = `#include <stddef.h>\n#include <stdio.h>\n#include "${HEADER.pathname}"\n`;
  return `${includes}int main(void) { putchar('{'); ${lines.join("\n")} puts("\\"end\\":0}"); }\n`;
}

async function compiled(): Promise<Record<string, number>> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/print.c`, program(await Deno.readTextFile(HEADER)));
    const built = await execute(["clang", "-o", `${folder}/print`, `${folder}/print.c`]);
    if (built.code !== 0) throw new Error(built.stderr);
    const { end: _, ...values } = JSON.parse((await execute([`${folder}/print`])).stdout);
    return values;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const camel = (name: string) => name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

Deno.test("layout.ts has every size, offset and value that the compiler has, and no other", async () => {
  const expected: Record<string, Record<string, number>> = {};
  for (const [key, value] of Object.entries(await compiled())) {
    const [type, member] = key.split(" "), isEnum = member === member.toUpperCase();
    const name = camel("_" + type.replace("tcptop_", "")) + (isEnum ? "" : "Layout");
    const field = member === "byteLength" ? member : camel(isEnum ? member.slice(member.indexOf("_") + 1) : member);
    (expected[name] ??= {})[field] = value;
  }
  deepStrictEqual(expected, { ...layout } as unknown);
});
