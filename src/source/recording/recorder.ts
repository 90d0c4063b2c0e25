import type { OutputFile } from "../../system/output_file.ts";
import { ExitStatus, TcptopError } from "../../errors.ts";
import type { CgroupSource, Platform } from "../platform.ts";
import type { SelfUse } from "../../system/self_use.ts";
import type { FlowSource, RecordSink } from "../source.ts";
import type { Host } from "../../system/host.ts";
import type { SourceInfo } from "../../system/source_info.ts";
import { processKey, RecordingCgroups } from "./cgroups.ts";
import { CHUNK_HEADER_BYTES, chunkBytes, ChunkKind, headerBytes, MAX_PAYLOAD_BYTES } from "./format.ts";
import { jsonBytes, type Names } from "./info.ts";

const MOST_INTERFACES = 1024;
const NOTHING = new Uint8Array(0);

/** Writes chunks as they come: nothing is held back, so a process that is killed leaves whole chunks. */
class ChunkWriter {
  #beganMs: number | null = null;
  #failed = false;
  /** What is drained ten times a second would else be garbage in a buffer of its own each time. */
  readonly #room = new Uint8Array(CHUNK_HEADER_BYTES + (1 << 20));

  constructor(readonly file: OutputFile, readonly nowMs: () => number) {
    if (file.byteLength > 0) {
      throw new TcptopError(
        `Cannot record to ${file.path}: it is not empty. Name a new file, or remove it first`,
        ExitStatus.failed,
      );
    }
  }

  /** Nothing is written once a chunk was not: the end chunk, which is short, would belie the hole. */
  write(kind: number, payload: Uint8Array): void {
    if (this.#failed) return;
    const nowMs = this.nowMs();
    try {
      if (this.#beganMs === null) this.file.append(headerBytes());
      this.#beganMs ??= nowMs;
      this.file.append(chunkBytes(kind, nowMs - this.#beganMs, payload, this.#room));
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  /** In pieces of whole records. */
  records(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const end = wholeRecords(bytes, at);
      this.write(ChunkKind.records, bytes.subarray(at, end));
      at = end;
    }
  }

  names(names: Names): void {
    this.write(ChunkKind.names, jsonBytes(names));
  }
}

/** Where the last record ends that lies within MAX_PAYLOAD_BYTES from `start` on. */
function wholeRecords(bytes: Uint8Array, start: number): number {
  const most = start + MAX_PAYLOAD_BYTES;
  if (bytes.length <= most) return bytes.length;
  let end = start;
  for (let size = 1; size > 0 && end + size <= most;) {
    end += size === 1 ? 0 : size;
    size = bytes[end + 2] | bytes[end + 3] << 8;
  }
  return end > start ? end : most;
}

/** Passes on what another source yields, and keeps it. */
class RecordingSource implements FlowSource {
  #info = "";
  readonly #source: FlowSource;
  readonly #writer: ChunkWriter;
  readonly #about: { readonly version: string; readonly host: Host };
  #closed = false;

  constructor(source: FlowSource, writer: ChunkWriter, about: { readonly version: string; readonly host: Host }) {
    this.#source = source;
    this.#writer = writer;
    this.#about = about;
    this.#noteInfo();
  }

  get info(): SourceInfo {
    return this.#source.info;
  }
  get synRecv(): number | null {
    return this.#source.synRecv ?? null;
  }
  wait(ms: number): Promise<boolean> {
    return this.#source.wait(ms);
  }
  get wake() {
    return this.#source.wake?.bind(this.#source);
  }
  drain(sink: RecordSink): void {
    this.#source.drain(this.#tee(sink));
  }
  snapshot(sink: RecordSink): void {
    this.#source.snapshot(this.#tee(sink));
    this.#noteInfo();
    this.#writer.write(ChunkKind.sample, NOTHING);
  }
  get pace() {
    return this.#source.pace;
  }
  describeAgain(): void {
    this.#source.describeAgain();
  }
  async close(): Promise<void> {
    await this.#source.close();
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#writer.write(ChunkKind.end, NOTHING);
    } finally {
      this.#writer.file.close();
    }
  }

  #tee(sink: RecordSink): RecordSink {
    return (records) => {
      this.#writer.records(records);
      sink(records);
    };
  }

  #noteInfo(): void {
    const { tcp, udp, notes } = this.#source.info;
    const payload = jsonBytes({ ...this.#about, source: { tcp, udp, notes } });
    const info = JSON.stringify(this.#source.info);
    if (info !== this.#info) this.#writer.write(ChunkKind.info, payload);
    this.#info = info;
  }
}

/** The platform, with everything that it tells about the flows kept in `file`. */
export class RecordingPlatform implements Platform {
  readonly cgroups: CgroupSource | null;
  readonly #writer: ChunkWriter;
  /** What was kept last, by process. */
  readonly #interfaces = new Map<number, string>();

  constructor(
    readonly platform: Platform,
    readonly file: OutputFile,
    readonly version: string,
    nowMs: () => number,
  ) {
    this.#writer = new ChunkWriter(file, nowMs);
    this.cgroups = platform.cgroups
      ? new RecordingCgroups(platform.cgroups, (names) => this.#writer.names(names))
      : null;
  }

  get host(): Host {
    return this.platform.host;
  }
  openSource(): FlowSource {
    try {
      return new RecordingSource(this.platform.openSource(), this.#writer, { version: this.version, host: this.host });
    } catch (error) {
      this.file.discard();
      throw error;
    }
  }
  commandLine(pid: number, startNs: number): string | null {
    return this.platform.commandLine?.(pid, startNs) ?? null;
  }
  argumentNames(pid: number, startNs: number): readonly string[] | null {
    const names = this.platform.argumentNames?.(pid, startNs) ?? null;
    if (names !== null) this.#writer.names({ argumentNames: [[processKey(pid, startNs), names.join("\0")]] });
    return names;
  }
  interfaces(pid: number): string | null {
    const text = this.platform.interfaces?.(pid) ?? null;
    if (text !== null && this.#interfaces.get(pid) !== text) {
      if (this.#interfaces.size >= MOST_INTERFACES) this.#interfaces.clear();
      this.#interfaces.set(pid, text);
      this.#writer.names({ interfaces: [[pid, text]] });
    }
    return text;
  }
  async userName(uid: number): Promise<string | null> {
    const name = await this.platform.userName(uid);
    if (name !== null) this.#writer.names({ users: [[uid, name]] });
    return name;
  }
  newProcessNames(): (readonly [pid: number, name: string])[] {
    const processes = this.platform.newProcessNames?.() ?? [];
    if (processes.length > 0) this.#writer.names({ processes });
    return processes;
  }
  selfUse(): SelfUse {
    return this.platform.selfUse();
  }
}
