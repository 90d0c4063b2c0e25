/** Where a recording's names are, and where playing can begin: from its index, or from the headers of its chunks where it has none. */
import { CHUNK_HEADER_BYTES, chunkCrc, ChunkKind, Flag, HEADER_BYTES, MAX_PAYLOAD_BYTES } from "../recording/format.ts";
import { END_BYTES, type Keyframe, readIndex, type RecordingIndex, WALL_BYTES } from "../recording/index.ts";
import { Parts } from "../recording/parts.ts";
import { checkHeader, RecordingReader, Unreadable } from "../recording/reader.ts";

/** Half a day of recording at a chunk each drain: of a longer one without an index the rest is found when it is played. */
const MAX_CHUNKS = 1 << 20;

/** A pipe hands out less than is asked for: only the end of the file is the end. */
export function fill(file: Deno.FsFile): (target: Uint8Array) => number {
  return (target) => {
    let at = 0;
    while (at < target.length) {
      const bytes = file.readSync(target.subarray(at));
      if (bytes === null || bytes === 0) break;
      at += bytes;
    }
    return at;
  };
}

/** What the end of the file says; null: it has no index. Wherever the file is left. Its size by the position of its end: Deno looks at an open file by
 * its path, which who has given root up may not see. */
export function indexOf(file: Deno.FsFile): RecordingIndex | null {
  const size = file.seekSync(0, Deno.SeekMode.End), endAt = size - CHUNK_HEADER_BYTES - END_BYTES;
  if (endAt < HEADER_BYTES) return null;
  const end = chunkAt(file, endAt);
  if (end?.kind !== ChunkKind.end || end.payload.length !== END_BYTES) return null;
  const at = new DataView(end.payload.buffer, end.payload.byteOffset).getFloat64(0, true);
  if (!Number.isSafeInteger(at) || at < HEADER_BYTES || at >= endAt) return null;
  file.seekSync(at, Deno.SeekMode.Start);
  const reader = new RecordingReader(fill(file), at), parts = new Parts();
  try {
    for (let chunk = reader.next(); chunk?.kind === ChunkKind.index; chunk = reader.next()) {
      const whole = parts.take(chunk);
      if (whole === null) continue;
      const index = readIndex(whole.bytes, at);
      // It must be that of the last chunk: another recording may follow the one that it is of.
      return reader.next() === null && reader.at === size ? index : null;
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
  }
  return null;
}

/** Steps from chunk to chunk, of all recordings that stand one behind the other, without a look at what they hold. What cannot be one ends it. */
export function scan(file: Deno.FsFile): RecordingIndex {
  const bytes = new Uint8Array(CHUNK_HEADER_BYTES + 1 + WALL_BYTES), view = new DataView(bytes.buffer);
  const header = bytes.subarray(0, CHUNK_HEADER_BYTES), rest = bytes.subarray(CHUNK_HEADER_BYTES);
  const keyframes: Keyframe[] = [], names: number[] = [], infos: number[] = [];
  file.seekSync(HEADER_BYTES, Deno.SeekMode.Start);
  let at = HEADER_BYTES, goesOn = false;
  for (let chunks = 0; chunks < MAX_CHUNKS && file.readSync(header) === CHUNK_HEADER_BYTES; chunks++) {
    const kind = view.getUint32(0, true), length = view.getUint32(4, true), timeMs = view.getFloat64(8, true);
    if (length > MAX_PAYLOAD_BYTES) break;
    if (kind === ChunkKind.end) {
      at += CHUNK_HEADER_BYTES + length;
      file.seekSync(at, Deno.SeekMode.Start);
      if (!isHeader(file)) break;
      at += HEADER_BYTES;
      goesOn = false;
      continue;
    }
    let read = 0;
    if (kind === ChunkKind.names) names.push(at);
    else if (kind === ChunkKind.info) infos.push(at);
    else if (kind === ChunkKind.keyframe && length >= rest.length) {
      read = file.readSync(rest) ?? 0;
      const wallMs = view.getFloat64(CHUNK_HEADER_BYTES + 1, true);
      if (!goesOn && Number.isFinite(wallMs)) keyframes.push({ at, timeMs, wallMs });
      goesOn = (rest[0] & Flag.more) !== 0;
    }
    if (length > read) file.seekSync(length - read, Deno.SeekMode.Current);
    at += CHUNK_HEADER_BYTES + length;
  }
  return { keyframes, names, infos };
}

/** Whether another recording follows. */
function isHeader(file: Deno.FsFile): boolean {
  try {
    checkHeader(fill(file));
    return true;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return false;
  }
}

/** A whole chunk at that place; null: there is none. */
export function chunkAt(file: Deno.FsFile, at: number): { readonly kind: number; readonly payload: Uint8Array } | null {
  const header = new Uint8Array(CHUNK_HEADER_BYTES), view = new DataView(header.buffer), read = fill(file);
  file.seekSync(at, Deno.SeekMode.Start);
  if (read(header) < CHUNK_HEADER_BYTES) return null;
  const length = view.getUint32(4, true);
  if (length > MAX_PAYLOAD_BYTES) return null;
  const payload = new Uint8Array(length);
  if (read(payload) < length || view.getUint32(16, true) !== chunkCrc(header, payload)) return null;
  return { kind: view.getUint32(0, true), payload };
}
