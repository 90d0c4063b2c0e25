import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { execute, type SampleDocument, tcptop } from "../../support/tcptop.ts";

const PATH = new URL("../../../examples/demo.tcptop", import.meta.url).pathname;

Deno.test("examples/demo.tcptop is small, and plays to its end (else: scripts/make-demo.ts)", async () => {
  ok((await Deno.stat(PATH)).size < 200_000);
  const { code, stdout, stderr } = await execute(tcptop(["--replay", PATH, "--json"]));
  deepStrictEqual([code, stderr], [0, ""]);
  const samples = stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as SampleDocument);
  ok(samples.length >= 14);
  strictEqual(samples[0].source.notes[0].code, "replay");
  const flows = samples.flatMap(({ flows }) => flows);
  deepStrictEqual([...new Set(flows.map(({ process }) => process))].sort(), [
    "connect",
    "pump-send",
    "pump-serve",
    "wl-client",
    "wl-server",
  ]);
  const words = new Set(flows.map(({ limited_by }) => limited_by)), ends = new Set(flows.map(({ end }) => end?.how));
  deepStrictEqual(["peer_window", "reader", "application", "idle"].filter((word) => !words.has(word as never)), []);
  deepStrictEqual(["fin", "reset_sent", "killed", "refused", "timeout"].filter((how) => !ends.has(how as never)), []);
  deepStrictEqual([...new Set(flows.map(({ protocol }) => protocol))].sort(), ["tcp", "udp"]);
  deepStrictEqual([...new Set(flows.map(({ family }) => family))].sort(), [4, 6]);
});

Deno.test("a time of which a recording has nothing is told in a sentence, whatever the output", async () => {
  for (
    const time of [["--from", "2030-01-01 00:00"], ["--at", "2030-01-01 00:00"], ["--from", "12:00", "--to", "11:00"]]
  ) {
    for (const output of [["--json"], ["--events"], ["--csv", "-"], ["--map", "json"]]) {
      const { code, stdout, stderr } = await execute(tcptop(["--replay", PATH, ...time, ...output]));
      deepStrictEqual([code, stdout], [1, ""], `${time} ${output}`);
      match(stderr, /^tcptop: The recording has nothing of that time: it is of 20[-\d]+ [:\d]+ to 20[-\d]+ [:\d]+\n$/);
    }
  }
});

Deno.test("a time that JSON has told leads to the sample or the event that it is of", async () => {
  const lines = async (...options: string[]) => {
    const { code, stdout, stderr } = await execute(tcptop(["--replay", PATH, "--json", ...options]));
    deepStrictEqual([code, stderr], [0, ""], String(options));
    return stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as { time: string });
  };
  const samples = await lines(), events = await lines("--events");
  for (const { time } of samples.slice(1, 5)) {
    deepStrictEqual((await lines("--from", time, "--to", time)).map(({ time }) => time), [time]);
    strictEqual((await lines("--to", time)).at(-1)!.time, time);
  }
  // They are microseconds apart, with no sample between them.
  for (const at of [40, 41, 140]) {
    const [{ time: from }, , { time: to }] = events.slice(at);
    const part = events.filter(({ time }) => time >= from && time <= to);
    deepStrictEqual(await lines("--events", "--from", from, "--to", to), part);
    deepStrictEqual((await lines("--events", "--filter", "tcp", "--from", from, "--to", to)).length, part.length);
  }
});

Deno.test("a part of a recording that would end before it begins is refused, whatever the output", async () => {
  const { stdout } = await execute(tcptop(["--replay", PATH, "--json"]));
  const [second, third] = stdout.split("\n").slice(1, 3).map((line) =>
    new Date((JSON.parse(line) as SampleDocument).time)
  );
  const two = (number: number) => String(number).padStart(2, "0");
  const text = (date: Date) => [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  const part = ["--from", text(third), "--to", text(second)];
  for (const output of [["--json"], ["--events"], ["--csv", "-"], ["--map", "json"], ["--batch"], ["--once"]]) {
    const { code, stdout, stderr } = await execute(tcptop(["--replay", PATH, ...part, ...output]));
    deepStrictEqual([code, stdout], [2, ""], String(output));
    match(stderr, /^tcptop: --to, 20[-\d]+ [:\d]+ in this recording, lies before --from, 20[-\d]+ [:\d]+\n$/);
  }
});

Deno.test("lines of a policy that nothing can match are told, each reason once", async () => {
  const folder = await Deno.makeTempDir(), policy = `${folder}/policy`;
  try {
    await Deno.writeTextFile(policy, "# ours\ncommand:web\ntcp\nhost:db port:443\nhost:db port:80\ncommand:db\nudp\n");
    const { code, stderr } = await execute(tcptop(["--replay", PATH, "--inside", "--allow", policy, "--batch"]));
    deepStrictEqual([code, stderr.trimEnd().split("\n")], [0, [
      `tcptop: ${policy}:2: Nothing can match command: a recording has no command lines.`,
      `tcptop: ${policy}:4: Nothing can match host:db: it takes --hosts.`,
    ]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
