/** The JSON chunks of a recording. What is read is checked field by field: a recording may come from anywhere. */
import { harmless } from "../../harmless.ts";
import type { Host } from "../../system/host.ts";
import type { Note, SourceInfo } from "../../system/source_info.ts";

export interface RecordingInfo {
  /** Of the program that recorded. */
  readonly version: string;
  readonly host: Host;
  readonly source: SourceInfo;
  /** Of one file of several: which run of the recorder it is of, its number there, and when it began (ms since 1970). */
  readonly run?: string | undefined;
  readonly part?: number | undefined;
  readonly beganMs?: number | undefined;
}

/** Names by what they name. */
export interface Names {
  readonly users?: readonly (readonly [uid: number, name: string])[];
  /** As Platform.newProcessNames() gave them; a later one for the same process counts. */
  readonly processes?: readonly (readonly [pid: number, name: string])[];
  /** Lines of CgroupSource.cgroupPaths(). */
  readonly cgroups?: readonly string[];
  /** Answers of CgroupSource.processCgroups(), by processKey(). */
  readonly processCgroups?: readonly (readonly [key: string, text: string])[];
  /** Answers of Platform.argumentNames(), by processKey(), with NULs between the names. */
  readonly argumentNames?: readonly (readonly [key: string, text: string])[];
  /** Of containers. */
  readonly containers?: readonly (readonly [id: string, name: string])[];
  /** Lines of the hosts file. */
  readonly hosts?: readonly string[];
  /** Answers of Platform.interfaces(); 0: of the recorder itself. */
  readonly interfaces?: readonly (readonly [pid: number, text: string])[];
}

const MAX_TEXT = 4096;
/** As long as those of LinuxSystem: an answer of interfaces() has a line for each address of a namespace. */
const MAX_NAME = 1 << 16;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function jsonBytes(value: RecordingInfo | Names): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** null: the chunk is not JSON of that form. */
export function readInfo(payload: Uint8Array): RecordingInfo | null {
  const value = parse(payload);
  const host = object(value?.host), source = object(value?.source);
  if (value === null || host === null || source === null) return null;
  return {
    version: shown(value.version) ?? "",
    host: {
      hostname: shown(host.hostname) ?? "",
      os: shown(host.os) ?? "",
      kernel: shown(host.kernel) ?? "",
      arch: shown(host.arch) ?? "",
    },
    source: { tcp: shown(source.tcp), udp: shown(source.udp), notes: list(source.notes).flatMap(note) },
    run: text(value.run) ?? undefined,
    part: number(value.part),
    beganMs: number(value.beganMs),
  };
}

/** The fields that have the right type; the others are left out. */
export function readNames(payload: Uint8Array): Names {
  const names = parse(payload);
  const isNumber = (value: unknown) => typeof value === "number",
    isText = (value: unknown) => typeof value === "string";
  return {
    users: pairs(names?.users, isNumber),
    processes: pairs(names?.processes, isNumber),
    cgroups: list(names?.cgroups).map(nameText).filter((line) => line !== null),
    processCgroups: pairs(names?.processCgroups, isText),
    argumentNames: pairs(names?.argumentNames, isText),
    containers: pairs(names?.containers, isText),
    hosts: list(names?.hosts).map(nameText).filter((line) => line !== null),
    interfaces: pairs(names?.interfaces, isNumber),
  };
}

function pairs<K>(value: unknown, isKey: (value: unknown) => boolean): [K, string][] {
  return list(value).flatMap((pair): [K, string][] => {
    const key = list(pair)[0], name = nameText(list(pair)[1]);
    return isKey(key) && name !== null ? [[key as K, name]] : [];
  });
}

function note(value: unknown): Note[] {
  const code = shown(object(value)?.code), message = shown(object(value)?.message);
  return code === null || message === null ? [] : [{ code, message, remedy: shown(object(value)?.remedy) }];
}

function parse(payload: Uint8Array): Record<string, unknown> | null {
  try {
    return object(JSON.parse(decoder.decode(payload)));
  } catch {
    return null;
  }
}

function object(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : null;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, 1 << 16) : [];
}

/** Text that goes to the screen as it is: names of flows are kept, and made harmless by what shows them. */
function shown(value: unknown): string | null {
  const raw = text(value);
  return raw === null ? null : harmless(raw);
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function text(value: unknown, most = MAX_TEXT): string | null {
  return typeof value === "string" ? value.slice(0, most) : null;
}

const nameText = (value: unknown) => text(value, MAX_NAME);
