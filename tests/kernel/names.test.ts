/** Names of processes that hold what other programs take for the end of a line, by both sources and in every output. */
import { deepStrictEqual } from "node:assert/strict";
import papaparse from "papaparse";
import { lines, within } from "../support/lines.ts";
import { execute, once, tcptop } from "../support/tcptop.ts";

/** A shell connects, says so and waits. */
const CONNECTS = `exec 3<>/dev/tcp/127.0.0.1/$1; echo connected; read -r`;

/** A process is called as the file that it was started from: here a link to the shell. */
const NAMES = ["new\nline", "\nfirst", "last\n", "return\r", '=a\r\nb,"c'];

for (const source of ["bpf", "netlink"] as const) {
  Deno.test(`a process whose name has line ends keeps it, in one row, by ${source}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "tcptop" });
    for (const name of NAMES) {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = listener.addr as Deno.NetAddr, file = `${folder}/${name}`;
      await Deno.symlink("/bin/bash", file);
      const args = ["-c", CONNECTS, "bash", String(port)];
      const shell = new Deno.Command(file, { args, stdin: "piped", stdout: "piped" }).spawn();
      const said = lines(shell.stdout);
      await within(10, "the connection", said.next());
      const filter = ["--interval", "100ms", "--source", source, "-f", `dport:${port}`];
      deepStrictEqual((await once(...filter)).flows.map(({ pid, process }) => [pid, process]), [[shell.pid, name]]);
      await execute(tcptop(["--json", "--count", "1", "--csv", `${folder}/flows.csv`, ...filter]));
      const csv = await Deno.readTextFile(`${folder}/flows.csv`), shown = name.replace(/^=/, "'=");
      const { data, errors } = papaparse.parse(csv, { header: true, skipEmptyLines: true, newline: "\r\n" });
      deepStrictEqual([errors, (data as { process: string }[]).map(({ process }) => process)], [[], [shown]]);
      const query = [".mode csv", `.import ${folder}/flows.csv flows`, ".mode json", "select process from flows"];
      const imported = await execute(["sqlite3", ":memory:", ...query]);
      deepStrictEqual(JSON.parse(imported.stdout), [{ process: shown }]);
      await Deno.remove(`${folder}/flows.csv`);
      await shell.stdin.close();
      await said.return(undefined);
      await shell.status;
    }
    await Deno.remove(folder, { recursive: true });
  });
}
