import type { Diagnosis } from "../system/diagnosis.ts";
import type { Host } from "../system/host.ts";
import type { Note } from "../system/source_info.ts";

const DOCTOR_SCHEMA = "tcptop.doctor/1";

/** A diagnosis with what is said around it. */
export interface DoctorReport {
  readonly version: string;
  readonly host: Host;
  readonly diagnosis: Diagnosis;
  readonly notes: readonly Note[];
  /** Why nothing could be opened; null: something was. */
  readonly failure: string | null;
}

export function doctorJson({ version, host, diagnosis, notes, failure }: DoctorReport): string {
  const { tcp, udp, best, checks, remedy } = diagnosis;
  const document = { schema: DOCTOR_SCHEMA, version, host, source: { tcp, udp, notes }, best, failure, remedy, checks };
  return JSON.stringify(document) + "\n";
}

/** Which source each subsystem has, then a line a check, then what to do. */
export function doctorText({ version, host, diagnosis, notes, failure }: DoctorReport): string {
  const { tcp, udp, checks, remedy } = diagnosis;
  const width = Math.max(0, ...checks.map(({ title }) => title.length));
  const lines = [
    `tcptop ${version}, ${host.os} ${host.kernel}, ${host.arch}`,
    `TCP from ${tcp ?? "nowhere"}, UDP from ${udp ?? "nowhere"}`,
    ...(failure === null ? [] : [`! ${failure}`]),
    ...notes.map(({ message }) => `! ${message}`),
    "",
    ...checks.map(({ ok, needed, title, detail }) =>
      `${ok ? "ok     " : needed ? "MISSING" : "missing"}  ${title.padEnd(width)}  ${detail}`
    ),
    "",
    remedy === null ? "Nothing to mend." : `To mend it: ${remedy}`,
  ];
  return lines.join("\n") + "\n";
}
