/** A recording by somebody else writes nothing to the terminal that the terminal would obey. */
import { deepStrictEqual, match, ok } from "node:assert/strict";
import { CHUNK_HEADER_BYTES, chunkBytes, ChunkKind, HEADER_BYTES } from "../../src/source/recording/format.ts";
import { Pty } from "../support/pty.ts";
import { execute, tcptop } from "../support/tcptop.ts";

const DEMO = new URL("../../examples/demo.tcptop", import.meta.url);
/** OSC that sets the title, CSI that clears, DEL, CSI as one C1 character, and as a byte of a letter where nobody speaks UTF-8. */
const HOSTILE = "\x1b]0;owned\x07\x1b[2J\x7f\x9b31m\u00db31m";
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

/** The same of a terminal that speaks no UTF-8. */
const OBEYED_BYTE = /[^\n\t\x20-\x7e]/;

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
      for (
        const [locale, obeyed, instead] of [["C.UTF-8", OBEYED, /␛|\\u001b/], ["C", OBEYED_BYTE, /\^|\\u001b/]] as const
      ) {
        const { code, stdout } = await execute(["script", "-qec", command, "/dev/null"], { LC_ALL: locale });
        const shown = stdout.replaceAll(/\r+\n/g, "\n"), what = `${locale} ${args.join(" ")}`;
        deepStrictEqual([code, obeyed.exec(shown)?.[0] ?? null], [0, null], what);
        match(shown, instead, what);
        if (args.includes("--json")) { for (const line of shown.trimEnd().split("\n")) JSON.parse(line); }
      }
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

Deno.test("nothing of a hostile recording is obeyed on the live screen", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, await hostile());
    await using pty = await Pty.start(120, 40, tcptop(["--replay", path, "--no-resolve"]));
    await pty.until("\u241b");
    const written = await Deno.readTextFile(pty.log);
    // deno-lint-ignore no-control-regex
    deepStrictEqual(/[\x07\x7f-\x9f]|\x1b\]/.exec(written)?.[0] ?? null, null);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("an error obeys nobody who has named a file, an option or what is behind them", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/${HOSTILE.replaceAll("/", "")}`;
  try {
    await Deno.writeTextFile(path, "no recording");
    for (
      const args of [["--replay", path], ["--replay", `${path}.none`], ["--sort", HOSTILE], [
        "--once",
        "--csv",
        `${path}/a`,
      ]]
    ) {
      const { code, stderr } = await execute(tcptop(args), { LC_ALL: "C.UTF-8", TCPTOP_DEBUG: "1" });
      deepStrictEqual([code > 0, OBEYED.exec(stderr)?.[0] ?? null], [true, null], args[0]);
      match(stderr, /␛\]0;owned/, args[0]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
