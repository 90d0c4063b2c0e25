import { readFailure } from "../../file.ts";
import { ExitStatus, TcptopError } from "../../errors.ts";
import type { Platform } from "../platform.ts";
import { runtimeSelfUse, type SelfUse } from "../../system/self_use.ts";
import { RecordingReader, Unreadable } from "../recording/reader.ts";
import type { FlowSource } from "../source.ts";
import type { Host } from "../../system/host.ts";
import { FolderReader } from "./folder.ts";
import { FileReader, nextOfAll } from "./file.ts";
import { RecordedNames } from "./names.ts";
import { fill } from "./places.ts";
import { type ChunkReader, type ReplayOptions, ReplaySource } from "./source.ts";
import { type ReadSome, StreamReader } from "./stream.ts";

/** A recording in the place of a machine. It needs no shim and no right but to read the file. */
class ReplayPlatform implements Platform {
  readonly host: Host;
  readonly version: string;

  constructor(
    readonly source: ReplaySource,
    readonly cgroups: RecordedNames,
    readonly nowMs: () => number,
  ) {
    this.host = source.host;
    this.version = source.version;
  }

  openSource(): FlowSource {
    return this.source;
  }
  userName(uid: number): string | null | Promise<string> {
    return this.cgroups.userName(uid);
  }
  argumentNames(pid: number, startNs: number): readonly string[] | null {
    return this.cgroups.argumentNames(pid, startNs);
  }
  hosts(): string | null {
    return this.cgroups.hosts();
  }
  interfaces(pid: number): string | null {
    return this.cgroups.interfaces(pid);
  }
  newContainerNames(): readonly (readonly [id: string, name: string])[] {
    return this.cgroups.takeContainers();
  }
  newProcessNames(): (readonly [pid: number, name: string])[] {
    return this.source.takeProcesses();
  }
  /** Of the program that replays. */
  selfUse(): SelfUse {
    return runtimeSelfUse();
  }
}

/** Throws a TcptopError when the file is not there or does not begin as a recording. `opened`: called once it is open, before anything of it is
 * read. */
export function openReplay(
  options: { readonly path: string; readonly paced: boolean },
  opened: () => void = () => {},
): Platform {
  const nowMs = () => performance.now();
  if (isFolder(options.path)) {
    const names = new RecordedNames(), reader = new FolderReader(options.path, names);
    opened();
    return new ReplayPlatform(new ReplaySource(reader, { ...options, nowMs }), names, nowMs);
  }
  const file = openFile(options.path);
  try {
    const { isFile } = file.statSync(), names = new RecordedNames();
    opened();
    const reader = isFile ? new FileReader(file, names) : inOrder(file);
    const source = new ReplaySource(reader, { ...options, nowMs });
    return new ReplayPlatform(source, names, nowMs);
  } catch (error) {
    file.close();
    if (error instanceof Unreadable) throw new TcptopError(`${options.path} ${error.message}`, ExitStatus.failed);
    throw error;
  }
}

/** What comes from `read`, as it comes. `options.path`: for sentences. Throws a TcptopError when it does not begin as a recording. */
export async function openStream(
  read: ReadSome,
  options: Omit<ReplayOptions, "nowMs">,
  nowMs: () => number,
): Promise<Platform & { readonly version: string }> {
  const names = new RecordedNames(true), reader = new StreamReader(read, names, nowMs, options.most?.sampleBytes);
  await reader.arrived(Infinity);
  return new ReplayPlatform(new ReplaySource(reader, { ...options, nowMs }), names, nowMs);
}

/** What comes through standard input. Throws as openStream() does. */
export function openStdin({ paced }: { readonly paced: boolean }): Promise<Platform> {
  return openStream((buffer) => Deno.stdin.read(buffer), { path: "standard input", paced }, () => performance.now());
}

/** What cannot be read from anywhere, such as a named pipe. */
function inOrder(file: Deno.FsFile): ChunkReader {
  const reader = new RecordingReader(fill(file));
  return { next: () => nextOfAll(reader) };
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function openFile(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { read: true });
  } catch (error) {
    throw readFailure(path, error);
  }
}
