import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Processes } from "../../../src/system/darwin/processes.ts";

function processes(paths: Record<number, string>) {
  const asked: number[] = [];
  const uid = (pid: number) => {
    asked.push(pid);
    return pid in paths ? 501 : null;
  };
  return { asked, paths, of: new Processes({ path: (pid) => paths[pid] ?? null, uid }) };
}

Deno.test("Processes.uidOf() asks once a process and frame", () => {
  const { asked, of } = processes({ 7: "/usr/bin/curl" });
  strictEqual(of.uidOf(7, "curl"), 501);
  strictEqual(of.uidOf(7, "curl"), 501);
  deepStrictEqual(asked, [7]);
  of.nextFrame();
  of.uidOf(7, "curl");
  deepStrictEqual(asked, [7, 7]);
});

Deno.test("Processes.uidOf() asks again when a pid has another name: another process, or another program", () => {
  const { asked, of } = processes({ 7: "/usr/bin/curl" });
  of.uidOf(7, "sh");
  of.uidOf(7, "curl");
  deepStrictEqual(asked, [7, 7]);
});

Deno.test("Processes.uidOf() notices a pid's next process by its path, where no name is told or it begins in the same way", () => {
  for (const cutName of ["", "com.example.hel"]) {
    const { paths, of } = processes({ 7: "/opt/com.example.helper" });
    of.uidOf(7, cutName);
    of.nextFrame();
    of.uidOf(7, cutName);
    deepStrictEqual(of.takeNames(), [[7, "com.example.helper"]]);
    paths[7] = "/opt/com.example.helper-of-another";
    of.nextFrame();
    of.uidOf(7, cutName);
    deepStrictEqual(of.takeNames(), [[7, "com.example.helper-of-another"]]);
  }
});

Deno.test("Processes.uidOf() asks again for what could not be told", () => {
  const { paths, of } = processes({});
  strictEqual(of.uidOf(7, "curl"), null);
  paths[7] = "/usr/bin/curl-of-ours";
  of.nextFrame();
  strictEqual(of.uidOf(7, "curl"), 501);
  deepStrictEqual(of.takeNames(), [[7, "curl"], [7, "curl-of-ours"]]);
});

Deno.test("Processes.nextFrame() forgets who is gone", () => {
  const { of } = processes({ 7: "/usr/bin/curl" });
  of.uidOf(7, "curl");
  of.takeNames();
  for (let frames = 0; frames < 3; frames++) of.nextFrame();
  of.uidOf(7, "curl");
  deepStrictEqual(of.takeNames(), [[7, "curl"]]);
});

Deno.test("Processes.takeNames() gives the executable's whole name, and nettop's where there is none", () => {
  const { of } = processes({ 7: "/Applications/Example.app/Contents/MacOS/com.example.Networking" });
  of.uidOf(7, "com.example.Net");
  strictEqual(of.uidOf(8, "gone"), null);
  deepStrictEqual(of.takeNames(), [[7, "com.example.Networking"], [8, "gone"]]);
  deepStrictEqual(of.takeNames(), []);
});
