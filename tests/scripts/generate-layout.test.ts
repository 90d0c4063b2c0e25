import { ok, throws } from "node:assert/strict";
import { layoutText, tcpStateText } from "../../scripts/generate-layout.ts";

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

Deno.test("tcpStateText() counts on from the first state, and refuses what it cannot read", () => {
  const text = tcpStateText("enum tcp_state { /* where */\n\tTCP_FIRST = 1, TCP_SECOND,\n\tTCP_THIRD,\n};\n");
  ok(text.includes("export const TcpState = {\n  FIRST: 1,\n  SECOND: 2,\n  THIRD: 3,\n} as const;"), text);
  throws(
    () => tcpStateText("enum tcp_state {\n\tTCP_FIRST = 1, TCP_SECOND = 5,\n};\n"),
    /cannot read "TCP_SECOND = 5"/,
  );
  throws(() => tcpStateText("enum other {\n\tTCP_FIRST = 1,\n};\n"), /cannot read enum tcp_state/);
});
