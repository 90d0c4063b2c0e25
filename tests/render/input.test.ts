import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { InputDecoder } from "../../src/render/input.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const key = (key: string) => ({ type: "key", key });

function decoded(text: string) {
  const decoder = new InputDecoder();
  return [...decoder.decode(bytes(text)), ...decoder.flush()];
}

Deno.test("InputDecoder.decode() names keys", () => {
  deepStrictEqual(decoded("aé日\r\t\x7f\x03"), ["a", "é", "日", "enter", "tab", "backspace", "ctrl-c"].map(key));
  deepStrictEqual(
    decoded("\x1b[A\x1bOB\x1b[5~\x1b[6~\x1b[H\x1bOF\x1b[3~\x1b[1;5C"),
    [
      "up",
      "down",
      "pageup",
      "pagedown",
      "home",
      "end",
      "delete",
      "wordright",
    ].map(key),
  );
  deepStrictEqual(
    decoded("\x1b[1;3D\x1b[1;2C\x1b[1;5A\x1b\x7f\x1bv"),
    ["wordleft", "right", "up", "ctrl-w", "escape", "v"].map(key),
  );
});

Deno.test("InputDecoder.decode() knows an arrow that moves by words as macOS and rxvt send it", () => {
  deepStrictEqual(
    decoded("\x1bb\x1bf\x1bOd\x1bOc\x1bOa"),
    ["wordleft", "wordright", "wordleft", "wordright", "up"].map(key),
  );
});

Deno.test("InputDecoder.decode() names function keys, those of Linux's console too, and takes none for letters", () => {
  const names = (...numbers: number[]) => numbers.map((number) => key(`f${number}`));
  deepStrictEqual(decoded("\x1bOP\x1bOS\x1b[1;2Q\x1b[11~\x1b[15~\x1b[17;5~\x1b[24~"), names(1, 4, 2, 1, 5, 6, 12));
  deepStrictEqual(decoded("\x1b[[A\x1b[[B\x1b[[E"), names(1, 2, 5));
  deepStrictEqual(decoded("\x1b[[q\x1b[P\x1b[16~\x1b[["), [key("q")]);
});

Deno.test("InputDecoder.decode() reads SGR mouse reports and pastes", () => {
  deepStrictEqual(decoded("\x1b[<0;3;4M\x1b[<0;3;4m\x1b[<64;1;1M\x1b[<65;1;1M"), [
    { type: "mouse", action: "press", x: 2, y: 3 },
    { type: "mouse", action: "wheelup", x: 0, y: 0 },
    { type: "mouse", action: "wheeldown", x: 0, y: 0 },
  ]);
  // Three characters each 32 more, of a terminal that has no SGR reports; a column beyond 95 is no UTF-8.
  deepStrictEqual(decoded("\x1b[M q!\x1b[M#q!\x1b[M`!!\x1b[M \ufffd!j"), [
    { type: "mouse", action: "press", x: 80, y: 0 },
    { type: "mouse", action: "wheelup", x: 0, y: 0 },
    key("j"),
  ]);
  deepStrictEqual(decoded("\x1b[200~q\x1b[A\n\x1b[201~x"), [{ type: "paste", text: "q\x1b[A\n" }, key("x")]);
});

Deno.test("InputDecoder.decode() takes no part of a paste for keys, however slowly it comes and however long it is", () => {
  const decoder = new InputDecoder(), found = [];
  for (const piece of ["\x1b[200~", "quit", "K", "\x1b", "y\x1b[20", "1", "~j"]) {
    found.push(...decoder.decode(bytes(piece)));
    if (decoder.waits !== null) found.push(...decoder.flush());
  }
  deepStrictEqual(found, [{ type: "paste", text: "quitK\x1by" }, key("j")]);
  const long = `\x1b[200~${"q".repeat(1 << 16)}${"q".repeat(5000)}`, half = bytes(long), after = bytes("q\x1b[201~j");
  deepStrictEqual([...decoder.decode(half), ...decoder.decode(after)], [
    { type: "paste", text: "q".repeat(1 << 16) },
    key("j"),
  ]);
});

Deno.test("InputDecoder.decode() reads a report about a mode", () => {
  deepStrictEqual(decoded("\x1b[?2026;2$y"), [{ type: "mode", mode: 2026, value: 2 }]);
});

Deno.test("InputDecoder.decode() takes nothing for keys that a terminal answers to who asked before", () => {
  const replies = [
    "\x1b[12;34R",
    "\x1b[?62;22c",
    "\x1b]11;rgb:0000/0000/0000\x1b\\",
    "\x1b]0;q\x07",
    "\x1bP>|XTerm(q)\x1b\\",
    "\x1b_Gq\x1b\\",
    "\x1b[I",
  ];
  for (const reply of replies) {
    deepStrictEqual(decoded(`${reply}j`), [key("j")], JSON.stringify(reply));
    const decoder = new InputDecoder(), found = [...reply].flatMap((byte) => decoder.decode(bytes(byte)));
    deepStrictEqual([...found, ...decoder.flush()], [], JSON.stringify(reply));
  }
  deepStrictEqual(decoded("\x1b]"), [key("escape"), key("]")]);
  deepStrictEqual(decoded("\x1b]\x1b]"), ["escape", "]", "escape", "]"].map(key));
  deepStrictEqual(decoded("\x1b[2~"), [key("insert")]);
});

Deno.test("InputDecoder.flush() makes a lone ESC a key", () => {
  const decoder = new InputDecoder();
  deepStrictEqual(decoder.decode(bytes("\x1b")), []);
  strictEqual(decoder.waits, "keys");
  deepStrictEqual(decoder.flush(), [key("escape")]);
  strictEqual(decoder.waits, null);
  deepStrictEqual(decoded("\x1b\x1b"), [key("escape"), key("escape")]);
  deepStrictEqual(decoded("\x1b/"), [key("escape"), key("/")]);
});

Deno.test("InputDecoder.flush() makes no keys of what a terminal has begun to say and does not end", () => {
  for (
    const begun of [
      "\x1b[?62;2",
      "\x1b]11;q",
      "\x1bP>|XTerm(q",
      "\x1b[20",
      "\x1b[1;",
      "\x1b[<0;3",
      "\x1b[M q",
      "\x1bO5",
      "\x1b]0;q\x1b",
    ]
  ) {
    const decoder = new InputDecoder();
    deepStrictEqual(decoder.decode(bytes(begun)), []);
    strictEqual(decoder.waits, "sequence", JSON.stringify(begun));
    deepStrictEqual([...decoder.flush(), ...decoder.decode(bytes("j"))], [key("j")], JSON.stringify(begun));
  }
  for (const begun of ["\x1b[", "\x1bO", "\x1b]", "\x1bP"]) {
    const decoder = new InputDecoder();
    decoder.decode(bytes(begun));
    strictEqual(decoder.waits, "keys");
    deepStrictEqual(decoder.flush(), [key("escape"), key(begun[1])]);
  }
});

Deno.test("InputDecoder.decode() does not care how bytes are cut", () => {
  const parts = fc.constantFrom(
    "\x1b[A",
    "q",
    "é",
    "日",
    "\x1b[<0;12;5M",
    "\x1b[200~a b\x1b[201~",
    "\x1b[[B",
    "\x1b[?2026;1$y",
    "\x1bOC",
    "🦕",
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 6 }), fc.infiniteStream(fc.integer({ min: 1, max: 3 })), (parts, cuts) => {
      const whole = bytes(parts.join("")), decoder = new InputDecoder(), found = [];
      for (let at = 0; at < whole.length;) {
        const end = at + cuts.next().value;
        found.push(...decoder.decode(whole.subarray(at, end)));
        at = end;
      }
      deepStrictEqual([...found, ...decoder.flush()], decoded(parts.join("")));
      strictEqual(found.length, parts.length);
    }),
  );
});

Deno.test("InputDecoder.decode() survives anything", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (pieces) => {
    const decoder = new InputDecoder();
    for (const piece of pieces) decoder.decode(piece);
    decoder.flush();
    strictEqual(decoder.waits, null);
  }));
});
