import { ok, throws } from "node:assert/strict";
import { layoutText } from "../../scripts/generate-layout.ts";

const struct = (...fields: string[]) => `struct tcptop_x {\n${fields.map((field) => `\t${field}\n`).join("")}};\n`;

Deno.test("layoutText() writes offsets, sizes and values in the names of TypeScript", () => {
  const text = layoutText(
    `enum tcptop_owner_how {\n\tOWNER_NONE = 0, /* no */\n\tOWNER_FILE = 5,\n};\n` +
      struct("__u16 tag;", "__u8 some_bytes[6];   /* why */", "__u64 time_ns;"),
  );
  ok(text.includes("export const OwnerHow = {\n  none: 0,\n  file: 5,\n} as const;"), text);
  const fields = "{\n  byteLength: 16,\n  tag: 0,\n  someBytes: 2,\n  timeNs: 8,\n}";
  ok(text.includes(`export const XLayout = ${fields} as const;`), text);
});

Deno.test("layoutText() refuses what it cannot lay out for certain", () => {
  throws(() => layoutText(struct("__u8 a;", "__u64 b;")), /x\.b is not aligned: name the padding/);
  throws(() => layoutText(struct("__u32 a;")), /size of x is no multiple of 8/);
  throws(() => layoutText(struct("int a;", "__u32 b;")), /cannot lay out "int a;" in x/);
  throws(() => layoutText(struct("__u32 a:4;", "__u32 b;")), /cannot lay out/);
});
