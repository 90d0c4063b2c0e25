/** Keeps what is remembered in a file, as a recording. */
import { TcptopError } from "../../errors.ts";
import { StateReader, type StateWriter } from "../../flow/state.ts";
import {
  chunkBytes,
  ChunkKind,
  Flag,
  HEADER_BYTES,
  headerBytes,
  VERSION_SQUEEZED,
} from "../../source/recording/format.ts";
import { IndexWriter, keyframeBytes } from "../../source/recording/index.ts";
import { jsonBytes, type Names } from "../../source/recording/info.ts";
import { partsOf } from "../../source/recording/parts.ts";
import { squeezed, unsqueezed } from "../../source/recording/zstd.ts";
import { type Files, OutputFile } from "../../system/output_file.ts";
import { bytesText } from "../../view/units.ts";
import type { Memory } from "./memory.ts";

const NOTHING = new Uint8Array(0);
/** One a second has a name of its own. */
const TRIES = 10;

/** `known` writes what processes are and have asked for. What to say of it. */
export async function keepMemory(
  memory: Memory,
  known: (to: StateWriter) => void,
  files: Files,
  now: Date,
): Promise<string> {
  const { about, extent } = memory;
  if (about === null || extent === null) return "nothing is remembered yet";
  let file: OutputFile | null = null;
  try {
    file = newFile(files, now);
    const bytes = await write(file, memory, known);
    const seconds = Math.round((extent.newestNs - extent.oldestNs) / 1e9);
    const where = `${folder()}${file.path}`;
    return `kept ${seconds} s in ${where} (${bytesText(bytes)}): tcptop --replay ${file.path}`;
  } catch (error) {
    if (!(error instanceof TcptopError)) throw error;
    return `${error.message}: ${folder() || "here"}, as user ${Deno.uid()}. Start tcptop where that user may write`;
  } finally {
    file?.close();
  }
}

function folder(): string {
  try {
    return `${Deno.cwd()}/`;
  } catch {
    return "";
  }
}

function newFile(files: Files, now: Date): OutputFile {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const name = `tcptop-${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  const owner = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };
  for (let tried = 1;; tried++) {
    try {
      return new OutputFile(`${name}${tried === 1 ? "" : `-${tried}`}.tcptop`, owner, files, true);
    } catch (error) {
      const exists = error instanceof TcptopError && (error.cause as { code?: string } | undefined)?.code === "EEXIST";
      if (!exists || tried === TRIES) throw error;
    }
  }
}

async function write(file: OutputFile, memory: Memory, known: (to: StateWriter) => void): Promise<number> {
  const beganNs = memory.extent!.oldestNs, wallMs = (ns: number) => (ns - beganNs) / 1e6;
  let bytes = HEADER_BYTES, last = 0, first = true, latestMs = -Infinity;
  const index = new IndexWriter();
  const put = (kind: number, payload: Uint8Array) => {
    const chunk = chunkBytes(kind, last, payload);
    file.append(chunk);
    index.note(kind, bytes);
    bytes += chunk.length;
  };
  const putNames = (names: readonly Names[]) => names.forEach((one) => put(ChunkKind.names, jsonBytes(one)));
  file.append(headerBytes(VERSION_SQUEEZED));
  put(ChunkKind.info, jsonBytes(memory.about!));
  putNames(memory.told());
  for (const { state, samples } of memory.segments.slice()) {
    for (const [i, { timeNs, records, names, wallMs: thenMs }] of samples.entries()) {
      last = wallMs(timeNs);
      latestMs = Math.max(latestMs, thenMs);
      // The records of a segment's first sample go on from the segment before it.
      const leads = records !== null && !first, flags = i === 1 ? Flag.anew : 0;
      if (leads) {
        records.forEach((piece, at) => {
          for (const part of partsOf(piece, at === 0 ? flags : 0)) put(ChunkKind.squeezed, part);
        });
      }
      putNames(names);
      if (i === 0) {
        if (leads) put(ChunkKind.sample, NOTHING);
        // What is known is in the first one.
        const whole = first ? withKnown(state, known) : state, kind = leads ? ChunkKind.keyframe : ChunkKind.state;
        index.keyframe({ at: bytes, timeMs: last, wallMs: latestMs });
        for (const part of partsOf(leads ? keyframeBytes(whole, latestMs) : whole, leads ? 0 : Flag.gap)) {
          put(kind, part);
        }
      } else put(ChunkKind.sample, NOTHING);
      first = false;
    }
    // What comes in meanwhile is drained.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const { index: parts, end } = index.payloads(bytes);
  for (const part of parts) put(ChunkKind.index, part);
  put(ChunkKind.end, end);
  return bytes;
}

/** The state together with what is known of processes by now: later states of the file are not read but where there is a gap. */
function withKnown(state: Uint8Array, known: (to: StateWriter) => void): Uint8Array {
  const from = new StateReader(unsqueezed(state)), to = from.again();
  known(to);
  return squeezed(to.finish());
}
