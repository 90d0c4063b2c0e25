/**
 * Writes src/wire/layout.ts from bpf/record.h: offsets, sizes and enum values, so that the layout is typed once.
 * `--check` compares instead of writing. Refuses whatever it is not sure to lay out as the compiler does.
 */
const HEADER = new URL("../bpf/record.h", import.meta.url);
const OUTPUT = new URL("../src/wire/layout.ts", import.meta.url);
const WIDTHS: Readonly<Record<string, number>> = { __u8: 1, __u16: 2, __u32: 4, __u64: 8 };

const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const pascal = (name: string) => camel("_" + name);
const lower = (name: string) => camel(name.toLowerCase());

function enumText(name: string, body: string): string {
  const lines = [...body.matchAll(/^\s*([A-Z0-9_]+) = (\d+),/gm)].map(([, key, value]) => {
    const member = key.slice(key.indexOf("_") + 1);
    return `  ${lower(member)}: ${value},`;
  });
  return `export const ${pascal(name)} = {\n${lines.join("\n")}\n} as const;\n`;
}

function structText(name: string, body: string): string {
  let offset = 0;
  const lines: string[] = [];
  for (const line of body.split("\n").map((l) => l.replace(/\/\*.*/, "").trim()).filter(Boolean)) {
    const field = /^(__u(?:8|16|32|64)) (\w+)(?:\[(\d+)\])?;$/.exec(line);
    if (!field) throw new Error(`record.h: cannot lay out "${line}" in ${name}`);
    const [, type, member, count] = field;
    if (offset % WIDTHS[type] !== 0) throw new Error(`record.h: ${name}.${member} is not aligned: name the padding`);
    lines.push(`  ${camel(member)}: ${offset},`);
    offset += WIDTHS[type] * Number(count ?? 1);
  }
  if (offset % 8 !== 0) throw new Error(`record.h: the size of ${name} is no multiple of 8`);
  return `export const ${pascal(name)}Layout = {\n  byteLength: ${offset},\n${lines.join("\n")}\n} as const;\n`;
}

/** The text of layout.ts for the text of record.h. */
export function layoutText(header: string): string {
  const parts: string[] = [];
  for (const [, kind, name, body] of header.matchAll(/^(enum|struct) tcptop_(\w+) \{\n([^}]*)\};/gm)) {
    parts.push(kind === "enum" ? enumText(name, body) : structText(name, body));
  }
  return `// Generated from bpf/record.h by scripts/generate-layout.ts. Offsets and sizes are bytes.\n\n${
    parts.join("\n")
  }`;
}

if (import.meta.main) {
  const text = layoutText(await Deno.readTextFile(HEADER));
  if (!Deno.args.includes("--check")) await Deno.writeTextFile(OUTPUT, text);
  else if (text !== await Deno.readTextFile(OUTPUT)) {
    console.error("src/wire/layout.ts is stale: run deno task generate");
    Deno.exit(1);
  }
}
