/** Processes that may not be looked at: what is not known of them is said, with the reason. */
import { deepStrictEqual, match, ok } from "node:assert/strict";
import { isHybrid } from "../../src/flow/process_cgroup.ts";
import { execute, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { type Phase, Workload } from "../support/workload.ts";

const ONCE = ["--once", "--json", "-i", "300ms", "--tcp"];

async function sampleOf(line: readonly string[]): Promise<SampleDocument> {
  const { code, stdout, stderr } = await execute(line);
  deepStrictEqual([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

/** With a /proc of its own that is mounted so. */
const withProc = (options: string, line: readonly string[]) => [
  ...["unshare", "--mount", "sh", "-c", 'mount -t proc -o "$1" proc /proc && shift && exec "$@"', "sh", options],
  ...line,
];

const endsOf = ({ flows }: SampleDocument, { port }: Phase) =>
  flows.filter(({ local, remote }) => remote !== null && (local.port === port || remote.port === port));
const noteOf = ({ source }: SampleDocument, code: string) => source.notes.find((note) => note.code === code);

Deno.test("what /proc hides of other users' processes is said, and no cgroup is made up", async () => {
  const hybrid = isHybrid(await Deno.readTextFile("/proc/self/cgroup"));
  await using workload = await Workload.start("hold", "--count", 3);
  const held = await workload.until("ready");
  for (const options of ["hidepid=1", "hidepid=2", "hidepid=4", "hidepid=2,subset=pid"]) {
    const sample = await sampleOf(withProc(options, tcptop(ONCE))), note = noteOf(sample, "processes_hidden");
    match(note?.message ?? "", /^\/proc hides the processes of other users \(hidepid\)/, options);
    deepStrictEqual(/containers and cgroups/.test(note!.message), hybrid, options);
    match(note!.remedy!, /CAP_SYS_PTRACE/);
    const doctor = JSON.parse((await execute(withProc(options, tcptop(["doctor", "--json"])))).stdout);
    deepStrictEqual(noteOf(doctor, "processes_hidden"), note, options);
    const ends = endsOf(sample, held).map(({ process, cgroup }) => [process, cgroup === "/"]);
    deepStrictEqual(ends.sort(), [...Array(3).fill(["wl-client", !hybrid]), ...Array(3).fill(["wl-server", !hybrid])]);
  }
  for (const options of ["hidepid=0", "hidepid=invisible,gid=65534"]) {
    deepStrictEqual(noteOf(await sampleOf(withProc(options, tcptop(ONCE))), "processes_hidden"), undefined, options);
  }
});

Deno.test("of processes that may not be looked at is not said that they have ended", async () => {
  await using workload = await Workload.start("hold", "--count", 3);
  const held = await workload.until("ready");
  const inUserNamespace = ["unshare", "--user", "--map-root-user"];
  const without = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"];
  for (
    const [line, code, why] of [[inUserNamespace, "processes_refused", "may not be looked into in spite of"], [
      without,
      "own_processes_only",
      "",
    ]] as const
  ) {
    const sample = await sampleOf([...line, ...tcptop([...ONCE, "--source", "netlink"])]);
    const note = noteOf(sample, "unattributed"), cause = noteOf(sample, code);
    if (code === "processes_refused") {
      deepStrictEqual(endsOf(sample, held).map(({ process }) => process), Array(6).fill(null));
    }
    ok(note!.message.includes("processes that") && note!.message.includes(why), note!.message);
    match(note!.message, /CAP_SYS_PTRACE.*, or (it|they) ended before (it|they) could be looked up$/);
    deepStrictEqual([typeof cause?.remedy, note!.remedy], ["string", cause!.remedy]);
  }
});
