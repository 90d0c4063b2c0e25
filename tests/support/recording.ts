/** A recording made without a kernel. */
import { outputFiles } from "../../src/app/files.ts";
import { OutputFile } from "../../src/system/output_file.ts";
import { OURSELVES } from "./owner.ts";
import { FileKeeper } from "../../src/source/recording/file_keeper.ts";
import { RecordingPlatform } from "../../src/source/recording/recorder.ts";
import type { Platform } from "../../src/source/platform.ts";
import type { FlowSource, RecordSink } from "../../src/source/source.ts";
import type { Host } from "../../src/system/host.ts";

export const HOST: Host = { hostname: "elsewhere", os: "linux", kernel: "6.1.0", arch: "aarch64" };

/** What a source hands over, step by step; a step with `snapshot` ends a sample. */
export interface Step {
  readonly drained?: readonly Uint8Array[];
  readonly snapshot?: readonly Uint8Array[];
}

/** Plays the steps to a recorder, so many milliseconds apart, and returns the file's bytes. */
export async function record(steps: readonly Step[], everyMs = 50): Promise<Uint8Array> {
  const folder = Deno.makeTempDirSync(), path = `${folder}/recording`;
  try {
    let step: Step = {}, nowMs = 1000;
    const pour = (records: readonly Uint8Array[] | undefined, sink: RecordSink) => records?.forEach(sink);
    const source: FlowSource = {
      info: { tcp: "bpf", udp: null, notes: [{ code: "some", message: "A note", remedy: null }] },
      wait: () => Promise.resolve(true),
      drain: (sink) => pour(step.drained, sink),
      snapshot: (sink) => pour(step.snapshot, sink),
      describeAgain() {},
      close() {},
    };
    const platform: Platform = {
      host: HOST,
      openSource: () => source,
      userName: (uid) => uid === 1000 ? "ann" : null,
      newProcessNames: () => [],
      selfUse: () => ({ nowNs: 0, cpuNs: 0, residentBytes: 0 }),
    };
    const recorder = new RecordingPlatform(
      platform,
      new FileKeeper(new OutputFile(path, OURSELVES, await outputFiles()), () => nowMs),
      "0.0.0",
    );
    const recording = recorder.openSource();
    for (step of steps) {
      nowMs += everyMs;
      if (step.snapshot === undefined) recording.drain(() => {});
      else recording.snapshot(() => {});
      await recorder.userName(1000);
    }
    await recording.close();
    return Deno.readFileSync(path);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** For RecordingReader. */
export function reading(bytes: Uint8Array): (target: Uint8Array) => number {
  let at = 0;
  return (target) => {
    const part = bytes.subarray(at, at + target.length);
    target.set(part);
    at += part.length;
    return part.length;
  };
}
