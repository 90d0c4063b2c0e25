import { CHUNK_HEADER_BYTES, chunkCrc, ChunkKind, HEADER_BYTES, MAX_PAYLOAD_BYTES } from "../recording/format.ts";
import { type Names, readNames } from "../recording/info.ts";
import type { CgroupSource } from "../platform.ts";
import { processKey } from "../recording/cgroups.ts";

/** Half a day of recording at a chunk each drain: a longer one keeps its later names until they are played. */
const MAX_CHUNKS = 1 << 20;

/** However long the recording, no more cgroups or processes than these are kept. */
const MOST = 1 << 17;

/** What the numbers of a recording stand for. */
export class RecordedNames implements CgroupSource {
  readonly users = new Map<number, string>();
  readonly #awaited = new Map<number, (name: string) => void>();
  readonly #cgroups = new Set<string>();
  readonly #processCgroups = new Map<string, string>();
  readonly #argumentNames = new Map<string, string>();
  readonly #hosts: string[] = [];
  readonly #interfaces = new Map<number, string>();

  /** `comes`: names still come, so that one that is not known is waited for. */
  constructor(readonly comes = false) {}

  add(names: Names): void {
    for (const [uid, name] of names.users ?? []) {
      if (this.users.size < MOST) this.users.set(uid, name);
      this.#awaited.get(uid)?.(name);
      this.#awaited.delete(uid);
    }
    for (const line of names.cgroups ?? []) if (this.#cgroups.size < MOST) this.#cgroups.add(line);
    for (const [key, text] of names.processCgroups ?? []) {
      if (this.#processCgroups.size < MOST) this.#processCgroups.set(key, text);
    }
    for (const [key, text] of names.argumentNames ?? []) {
      if (this.#argumentNames.size < MOST) this.#argumentNames.set(key, text);
    }
    for (const line of names.hosts ?? []) if (this.#hosts.length < MOST) this.#hosts.push(line);
    for (const [pid, text] of names.interfaces ?? []) {
      if (this.#interfaces.size < MOST) this.#interfaces.set(pid, text);
    }
  }

  userName(uid: number): string | null | Promise<string> {
    const name = this.users.get(uid) ?? null;
    if (name !== null || !this.comes || this.#awaited.size >= MOST) return name;
    return new Promise((resolve) => this.#awaited.set(uid, resolve));
  }

  /** Once: all of it is there from the beginning. */
  hosts(): string | null {
    return this.#hosts.splice(0).join("\n") || null;
  }

  interfaces(pid: number): string | null {
    // The recorder itself was asked where a socket was of its own namespace, which the text says.
    return this.#interfaces.get(pid) ?? this.#interfaces.get(0) ?? null;
  }

  argumentNames(pid: number, startNs: number): readonly string[] | null {
    return this.#argumentNames.get(processKey(pid, startNs))?.split("\0") ?? null;
  }

  cgroupPaths(): string {
    return [...this.#cgroups].join("\n");
  }

  processCgroups(pid: number | null, startNs?: number): string | null {
    return this.#processCgroups.get(processKey(pid, startNs)) ?? null;
  }
}

/** All names of a recording, found by stepping from chunk to chunk, added to `names`. The file is left at its start. */
export function scanNames(file: Deno.FsFile, names = new RecordedNames()): RecordedNames {
  const header = new Uint8Array(CHUNK_HEADER_BYTES), view = new DataView(header.buffer);
  file.seekSync(HEADER_BYTES, Deno.SeekMode.Start);
  for (let chunks = 0; chunks < MAX_CHUNKS && file.readSync(header) === CHUNK_HEADER_BYTES; chunks++) {
    const kind = view.getUint32(0, true), length = view.getUint32(4, true);
    if (length > MAX_PAYLOAD_BYTES || kind === ChunkKind.end) break;
    if (kind !== ChunkKind.names) file.seekSync(length, Deno.SeekMode.Current);
    else {
      const payload = new Uint8Array(length);
      if (file.readSync(payload) !== length || view.getUint32(16, true) !== chunkCrc(header, payload)) break;
      names.add(readNames(payload));
    }
  }
  file.seekSync(0, Deno.SeekMode.Start);
  return names;
}
