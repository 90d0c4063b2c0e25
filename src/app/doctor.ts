/** tcptop doctor: tries everything that a run would, and says what is missing. */
import { ExitStatus } from "../errors.ts";
import { doctorJson, type DoctorReport, doctorText } from "../output/doctor.ts";
import { writeJson, writeOut } from "../output/stdout.ts";
import { diagnose, type Diagnosis } from "../system/diagnosis.ts";
import { invokingIdentity } from "../system/identity.ts";
import { openPlatform } from "./platform.ts";
import type { Platform } from "../source/platform.ts";
import type { FlowSource } from "../source/source.ts";
import type { SourceInfo } from "../system/source_info.ts";
import { VERSION } from "../version.ts";
import { embedded } from "./embedded.ts";
import { shimIsInside, shimPath } from "./paths.ts";

const RING_BYTES = 1 << 22;
const UDP_TIMEOUT_MS = 30_000;
const NEWS_WITHIN_MS = 100;

/** `done` when the best source works, `unsupported` when only a lesser one does, or none. */
export async function doctor(json: boolean): Promise<ExitStatus> {
  const platform = await openPlatform(Deno.build.os, {
    source: "auto",
    ringBytes: RING_BYTES,
    udpTimeoutMs: UDP_TIMEOUT_MS,
    watchDns: true,
    openings: false,
    shimPath: shimPath(),
    shimIsInside: shimIsInside(),
    euid: Deno.uid(),
    dropTo: invokingIdentity((name) => Deno.env.get(name)),
    replay: null,
  });
  const judge = examine(platform), { source, failure } = await choose(platform);
  const diagnosis = judge(source, failure);
  const report: DoctorReport = {
    version: VERSION,
    host: platform.host,
    diagnosis,
    notes: source?.notes ?? [],
    failure,
  };
  if (json) await writeJson([doctorJson(report)], null);
  else await writeOut([doctorText(report)], null);
  return diagnosis.best ? ExitStatus.done : ExitStatus.unsupported;
}

/** The source that a run would have, opened, root given up, and closed again. */
async function choose(platform: Platform): Promise<{ source: SourceInfo | null; failure: string | null }> {
  let source: FlowSource | null = null;
  try {
    source = platform.openSource();
    // One with a pace of its own has begun, but only its first news says that it works; it fails where none can come.
    while (source.pace !== undefined && !source.pace.hasNews) await source.wait(NEWS_WITHIN_MS);
    return { source: source.info, failure: null };
  } catch (error) {
    return { source: null, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    await source?.close();
  }
}

/** Asks the machine; what a source says of it comes later, when root has been given up, as a run does. */
function examine(platform: Platform): (source: SourceInfo | null, failure: string | null) => Diagnosis {
  const facts = platform.machineFacts?.(), executable = embedded === null ? null : Deno.execPath();
  const circumstances = { euid: Deno.uid(), release: Deno.osRelease(), executable };
  return (source, failure) => {
    if (facts !== undefined) return diagnose(facts, source, failure, circumstances);
    if (platform.diagnose !== undefined) return platform.diagnose(source);
    const { tcp = null, udp = null } = source ?? {};
    return { tcp, udp, best: tcp !== null && udp !== null, checks: [], remedy: failure };
  };
}
