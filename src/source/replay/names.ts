import { CHUNK_HEADER_BYTES, chunkCrc, ChunkKind, HEADER_BYTES, MAX_PAYLOAD_BYTES } from "../recording/format.ts";
import { readNames } from "../recording/info.ts";

/** Half a day of recording at a chunk each drain: a longer one keeps its later names until they are played. */
const MAX_CHUNKS = 1 << 20;

/** All names of a recording, found by stepping from chunk to chunk. The file is left at its start. */
export function scanNames(file: Deno.FsFile): Map<number, string> {
  const users = new Map<number, string>();
  const header = new Uint8Array(CHUNK_HEADER_BYTES), view = new DataView(header.buffer);
  file.seekSync(HEADER_BYTES, Deno.SeekMode.Start);
  for (let chunks = 0; chunks < MAX_CHUNKS && file.readSync(header) === CHUNK_HEADER_BYTES; chunks++) {
    const kind = view.getUint32(0, true), length = view.getUint32(4, true);
    if (length > MAX_PAYLOAD_BYTES || kind === ChunkKind.end) break;
    if (kind !== ChunkKind.names) file.seekSync(length, Deno.SeekMode.Current);
    else {
      const payload = new Uint8Array(length);
      if (file.readSync(payload) !== length || view.getUint32(16, true) !== chunkCrc(header, payload)) break;
      for (const [uid, name] of readNames(payload).users ?? []) users.set(uid, name);
    }
  }
  file.seekSync(0, Deno.SeekMode.Start);
  return users;
}
