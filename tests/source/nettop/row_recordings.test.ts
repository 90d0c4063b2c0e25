import { deepStrictEqual } from "node:assert/strict";
import { type Header, parseLine } from "../../../src/source/nettop/row.ts";
import { HEADER, process, row } from "./rows.ts";

/** Outputs of real ones are not part of this project, for they hold people's addresses; where they are kept, they are read. */
const FOLDER = new URL("../../../../shared/macos/recordings/", import.meta.url);

/** Kinds of lines. A text without any header is read under the usual one. */
function kinds(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = { header: 0, process: 0, connection: 0, other: 0 };
  for (const text of texts) {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    const usual = parseLine(/^\d\d:/.test(text) ? HEADER : ",state,", null) as Header;
    let header = lines.some((line) => parseLine(line, null).kind === "header") ? null : usual;
    for (const line of lines) {
      const read = parseLine(line, header);
      if (read.kind === "header") header = read;
      counts[read.kind]++;
    }
  }
  return counts;
}

async function recordings(): Promise<string[]> {
  const texts: string[] = [];
  try {
    for await (const { name } of Deno.readDir(FOLDER)) {
      texts.push(await Deno.readTextFile(new URL(name, FOLDER)));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return texts;
}

Deno.test("parseLine() reads synthetic captures to the line, and the recorded ones where they are kept", async () => {
  const label = "tcp4 192.0.2.1:50000<->198.51.100.1:443";
  const synthetic = [
    [HEADER, process("curl", 7), row(label), HEADER, process("curl", 7), row(label), "garbage"].join("\r\n"),
    [row(label), process("curl", 7)].join("\n"),
  ];
  deepStrictEqual(kinds(synthetic), { header: 2, process: 3, connection: 3, other: 1 });
  const recorded = await recordings();
  if (recorded.length === 0) console.log("no recorded captures here: synthetic ones only");
  else deepStrictEqual(kinds(recorded), { header: 24, process: 130, connection: 631, other: 5 });
});
