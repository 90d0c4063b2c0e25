/** tcptop in a PID namespace, as in a container without the host's: pids are those that `ps` shows there. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { execute, type SampleDocument, tcptop } from "../support/tcptop.ts";
import { Workload } from "../support/workload.ts";
import { SOURCES } from "../support/kept.ts";

/** Inside: a shell connects to $1, says its pid, and then runs the rest. */
const INSIDE = `exec 3<>/dev/tcp/127.0.0.1/$1; echo $BASHPID >&2; shift; "$@"; exit $?`;

const inside = (port: number, line: readonly string[]) => [
  ...["unshare", "--pid", "--fork", "--mount-proc", "bash", "-c", INSIDE, "bash", String(port)],
  ...line,
];

for (const [source, sockets] of SOURCES) {
  Deno.test(`in a PID namespace tcptop has that namespace's pids, and none of processes outside, by ${source} ${sockets}`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    // Until the test is over, however long a start takes.
    await using outside = await Workload.start("churn", "--seconds", 60, "--rate", 50);
    await outside.until("start");
    const env: Record<string, string> = sockets === "" ? {} : { TCPTOP_SOCKETS: sockets };
    const args = ["--once", "--json", "--interval", "1s", "--source", source];
    const { code, stdout, stderr } = await execute(inside(port, tcptop(args)), env);
    strictEqual(code, 0, stderr);
    const pid = Number(stderr.trim().split("\n")[0]), { flows, source: { notes } }: SampleDocument = JSON.parse(stdout);
    ok(pid < 1000, `${pid} is no number of a new namespace`);
    const mine = flows.filter(({ remote }) => remote?.port === port);
    deepStrictEqual(mine.map(({ pid, process }) => [pid, process]), [[pid, "bash"]]);
    ok(notes.some(({ code, remedy }) => code === "pid_namespace" && /--pid=host/.test(remedy!)));
    ok(notes.every(({ message }) => !/no process that can be seen holds/.test(message)));
    const foreign = flows.filter(({ process }) => process === "wl-client" || process === "wl-server");
    deepStrictEqual(foreign.filter(({ pid }) => pid !== null), []);
    if (source === "bpf") ok(foreign.length > 0, "names of processes outside are known all the same");
    const chosen = await execute(
      inside(port, tcptop([...args, "-p", "$$"])).map((word) => word === "$$" ? "1" : word),
      env,
    );
    const found = (JSON.parse(chosen.stdout) as SampleDocument).flows;
    deepStrictEqual(found.map(({ pid, remote }) => [pid, remote?.port]), [[1, port]]);
  });
}

/** In a namespace within: a shell that has a connection to $1 and sends datagrams there, which nobody takes, told by its pid out here. Then the rest. */
const NESTED =
  `unshare --pid --fork bash -c 'exec 3<>/dev/tcp/127.0.0.1/$0 4<>/dev/udp/127.0.0.1/$0; while :; do echo x >&4; sleep 0.1; done 2>/dev/null' $1 &
until pid=$(cat /proc/$!/task/$!/children) && [ -n "$pid" ]; do sleep 0.05; done
echo $pid >&2; shift; "$@"; status=$?; kill -KILL $pid; exit $status`;

for (const [source, sockets] of SOURCES) {
  Deno.test(`in a PID namespace processes of one within have the pids of the outer one, UDP too, by ${source} ${sockets}`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const env: Record<string, string> = sockets === "" ? {} : { TCPTOP_SOCKETS: sockets };
    const line = tcptop(["--once", "--json", "--interval", "1s", "--source", source]);
    const [program, ...args] = ["unshare", "--pid", "--fork", "--mount-proc", "bash", "-c", NESTED, "bash"];
    const { code, stdout, stderr } = await execute([program, ...args, String(port), ...line], env);
    strictEqual(code, 0, stderr);
    const nested = Number(stderr.trim().split("\n")[0]), { flows }: SampleDocument = JSON.parse(stdout);
    ok(nested > 1 && nested < 1000, `${nested} is no number of a new namespace`);
    const mine = flows.filter(({ remote }) => remote?.port === port);
    deepStrictEqual(mine.map(({ protocol, pid, process }) => `${protocol} ${pid} ${process}`).sort(), [
      `tcp ${nested} bash`,
      `udp ${nested} bash`,
    ]);
  });
}

Deno.test("where root cannot be given up, as /proc is another PID namespace's or no signal may be sent, that is said with the remedy, by doctor too", async () => {
  const line = tcptop(["--once", "--json", "--interval", "100ms"]);
  const cases = [
    [["unshare", "--pid", "--fork"], "/proc is another PID namespace's. Mount its own: mount -t proc proc /proc"],
    [
      ["bash", "-c", 'ulimit -i 0; exec "$@"', "bash"],
      "no signal may be sent to them. Raise the limit: ulimit -i 1024",
    ],
  ] as const;
  for (const [before, why] of cases) {
    const { code, stdout, stderr } = await execute([...before, ...line]);
    const told = `tcptop: Cannot give up the capabilities of every thread: ${why}\n`;
    deepStrictEqual([code, stdout, stderr], [1, "", told]);
    const doctor = await execute([...before, ...tcptop(["doctor", "--json"])]),
      { failure, remedy } = JSON.parse(doctor.stdout);
    deepStrictEqual([doctor.code, `tcptop: ${failure}\n`, remedy], [4, told, failure]);
  }
});
