import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Processes } from "../../../src/source/nettop/processes.ts";

function processes(paths: Record<number, string>) {
  const asked: number[] = [];
  const uid = (pid: number) => {
    asked.push(pid);
    return pid in paths ? 501 : null;
  };
  return { asked, of: new Processes({ path: (pid) => paths[pid] ?? null, uid }) };
}

Deno.test("Processes.uidOf() asks once a process", () => {
  const { asked, of } = processes({ 7: "/usr/bin/curl" });
  strictEqual(of.uidOf(7, "curl"), 501);
  strictEqual(of.uidOf(7, "curl"), 501);
  deepStrictEqual(asked, [7]);
});

Deno.test("Processes.uidOf() asks again when a pid has another name: another process, or another program", () => {
  const { asked, of } = processes({ 7: "/usr/bin/curl" });
  of.uidOf(7, "sh");
  of.uidOf(7, "curl");
  deepStrictEqual(asked, [7, 7]);
});

Deno.test("Processes.uidOf() forgets the dead", () => {
  const { asked, of } = processes({});
  for (let pid = 1; pid <= 5000; pid++) of.uidOf(pid, "short");
  of.uidOf(1, "short");
  strictEqual(asked.filter((pid) => pid === 1).length, 2);
});

Deno.test("Processes.takeNames() gives the executable's whole name, and nettop's where there is none", () => {
  const { of } = processes({ 7: "/Applications/Example.app/Contents/MacOS/com.example.Networking" });
  of.uidOf(7, "com.example.Net");
  strictEqual(of.uidOf(8, "gone"), null);
  deepStrictEqual(of.takeNames(), [[7, "com.example.Networking"], [8, "gone"]]);
  deepStrictEqual(of.takeNames(), []);
});
