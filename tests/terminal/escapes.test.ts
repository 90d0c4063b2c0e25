/** A recording by somebody else writes nothing to the terminal that the terminal would obey. */
import { deepStrictEqual, match, ok } from "node:assert/strict";
import { CHUNK_HEADER_BYTES, chunkBytes, ChunkKind, HEADER_BYTES } from "../../src/source/recording/format.ts";
import { execute, tcptop } from "../support/tcptop.ts";

const DEMO = new URL("../../examples/demo.tcptop", import.meta.url);
/** OSC that sets the title, CSI that clears, DEL, and CSI as one C1 character. */
const HOSTILE = "\x1b]0;owned\x07\x1b[2J\x7f\x9b31m";
/** ESC and a C1 character, as long as what each process of the demo begins with. */
const PREFIX = new TextEncoder().encode("wl-"), HOSTILE_PREFIX = new TextEncoder().encode("\x1b\x9b");

/** The demo with such texts in everything that a file can say about its host, source and processes. */
async function hostile(): Promise<Uint8Array> {
  const bytes = await Deno.readFile(DEMO),
    view = new DataView(bytes.buffer),
    parts: Uint8Array<ArrayBuffer>[] = [bytes.subarray(0, HEADER_BYTES)];
  for (let at = HEADER_BYTES; at < bytes.length;) {
    const kind = view.getUint32(at, true),
      length = view.getUint32(at + 4, true),
      timeMs = view.getFloat64(at + 8, true);
    let payload = bytes.slice(at + CHUNK_HEADER_BYTES, at + CHUNK_HEADER_BYTES + length);
    if (kind === ChunkKind.info) {
      const info = JSON.parse(new TextDecoder().decode(payload));
      for (const key of Object.keys(info.host)) info.host[key] += HOSTILE;
      info.source.tcp += HOSTILE;
      info.source.notes = [{ code: HOSTILE, message: HOSTILE, remedy: HOSTILE }];
      payload = new TextEncoder().encode(JSON.stringify(info));
    } else if (kind === ChunkKind.names) {
      payload = new TextEncoder().encode(new TextDecoder().decode(payload).replaceAll("wl-", "\\u001b\x9b"));
    } else {for (let i = 0; i < payload.length; i++) {
        if (PREFIX.every((byte, j) => payload[i + j] === byte)) payload.set(HOSTILE_PREFIX, i);
      }}
    parts.push(new Uint8Array(chunkBytes(kind, timeMs, payload)));
    at += CHUNK_HEADER_BYTES + length;
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** What a terminal would obey, but for line ends. */
// deno-lint-ignore no-control-regex
const OBEYED = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

Deno.test("nothing of a hostile recording is obeyed by a terminal, in any format", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, await hostile());
    const formats = [["--once"], ["--batch"], ["--json"], ["--csv", "-"], ["--events"], ["--events", "--json"]];
    for (const args of [...formats, ["--batch", "--group", "process"], ["--json", "--group", "process"]]) {
      const command = tcptop(["--replay", path, "--no-resolve", ...args]).join(" ");
      const { code, stdout } = await execute(["script", "-qec", command, "/dev/null"], { LC_ALL: "C.UTF-8" });
      const shown = stdout.replaceAll("\r\n", "\n");
      deepStrictEqual([code, OBEYED.exec(shown)?.[0] ?? null], [0, null], args.join(" "));
      match(shown, /␛|\\u001b/, args.join(" "));
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a pipe gets a process's name as it is", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, await hostile());
    const { stdout } = await execute(tcptop(["--replay", path, "--no-resolve", "--csv", "-"]));
    ok(stdout.includes("\x1b\x9b"));
  } finally {
    await Deno.remove(path);
  }
});
