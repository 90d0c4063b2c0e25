/**
 * Writes src/wire/layout.ts from bpf/record.h, and src/wire/tcp_state.ts from bpf/kernel.h: offsets, sizes and enum values, so that each is
 * typed once. `--check` compares instead of writing. Refuses whatever it is not sure to lay out as the compiler does.
 */
const BPF = new URL("../bpf/", import.meta.url);
const WIRE = new URL("../src/wire/", import.meta.url);
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

/** The text of tcp_state.ts for the text of kernel.h, whose enum gives the first state's number and lists the others behind it. */
export function tcpStateText(header: string): string {
  const [, body] = /^enum tcp_state \{[^\n]*\n([^}]*)\};/m.exec(header) ?? [];
  const [, first, names] = /^\s*(?=TCP_\w+ = (\d+),)([\s\S]*)$/.exec(body ?? "") ?? [];
  if (names === undefined) throw new Error("kernel.h: cannot read enum tcp_state");
  const lines = names.replace(/ = \d+/, "").split(",").map((name) => name.trim()).filter(Boolean).map((name, i) => {
    if (!/^TCP_[A-Z0-9_]+$/.test(name)) throw new Error(`kernel.h: cannot read "${name}" in enum tcp_state`);
    return `  ${name.slice("TCP_".length)}: ${Number(first) + i},`;
  });
  return `// Generated from bpf/kernel.h by scripts/generate-layout.ts.

/** States of a TCP socket by the kernel's names (include/net/tcp_states.h), as every record has them. */
export const TcpState = {\n${lines.join("\n")}\n} as const;\n`;
}

if (import.meta.main) {
  const outputs = [
    ["layout.ts", layoutText(await Deno.readTextFile(new URL("record.h", BPF)))],
    ["tcp_state.ts", tcpStateText(await Deno.readTextFile(new URL("kernel.h", BPF)))],
  ] as const;
  for (const [name, text] of outputs) {
    const file = new URL(name, WIRE);
    if (!Deno.args.includes("--check")) await Deno.writeTextFile(file, text);
    else if (text !== await Deno.readTextFile(file)) {
      console.error(`src/wire/${name} is stale: run deno task generate`);
      Deno.exitCode = 1;
    }
  }
}
