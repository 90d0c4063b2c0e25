import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { RecordingCgroups } from "../../../src/source/recording/cgroups.ts";
import { jsonBytes, type Names, readNames } from "../../../src/source/recording/info.ts";
import { RecordedNames } from "../../../src/source/replay/names.ts";

Deno.test("RecordingCgroups keeps what is new, and RecordedNames tells it again", () => {
  const kept: Names[] = [], replay = new RecordedNames();
  let paths = "7 /a\n8 /b\n";
  const source = {
    cgroupPaths: () => paths,
    processCgroups: (pid: number | null) => pid === 1 ? null : `0::/of/${pid}\n`,
  };
  const recording = new RecordingCgroups(source, (names) => kept.push(names));
  strictEqual(recording.cgroupPaths(), paths);
  paths += "9 /c\n";
  recording.cgroupPaths();
  deepStrictEqual(
    kept.splice(0).map(({ cgroups }) => cgroups),
    [["7 /a", "8 /b"], ["9 /c"]].map((lines) => {
      replay.add(readNames(jsonBytes({ cgroups: lines })));
      return lines;
    }),
  );
  recording.processCgroups(1, 11);
  recording.processCgroups(2, 22);
  recording.processCgroups(null);
  for (const names of kept) replay.add(readNames(jsonBytes(names)));
  strictEqual(replay.cgroupPaths(), "7 /a\n8 /b\n9 /c");
  const answers = [replay.processCgroups(1, 11), replay.processCgroups(2, 22), replay.processCgroups(2, 23)];
  deepStrictEqual([...answers, replay.processCgroups(null)], [null, "0::/of/2\n", null, "0::/of/null\n"]);
});

Deno.test("RecordedNames of a recording that goes on knows the newest, however many came before", () => {
  const coming = new RecordedNames(true), count = 10_000;
  for (let i = 0; i < count; i++) {
    coming.add({
      processCgroups: [[`${i} 7`, `0::/of/${i}\n`]],
      argumentNames: [[`${i} 7`, "sh"]],
      cgroups: [`${i} /of/${i}`],
    });
  }
  deepStrictEqual([coming.processCgroups(count - 1, 7), coming.processCgroups(0, 7)], [`0::/of/${count - 1}\n`, null]);
  deepStrictEqual(coming.argumentNames(count - 1, 7), ["sh"]);
  strictEqual(coming.cgroupPaths().split("\n").length, 4096);
});
