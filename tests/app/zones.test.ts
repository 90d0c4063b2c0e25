import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ZoneNames } from "../../src/app/zones.ts";
import { fakeSample } from "../view/fake_sample.ts";

const ADDRESS = "fe80" + "0".repeat(24) + "0002";
const interfaces = (inode: number, index: string, name: string) => `${inode}\n${ADDRESS} ${index} 40 20 80 ${name}\n`;

const flow = (pid: number, netns: number, scope: number, local = "fe80::2") => ({
  pid,
  netns,
  scope,
  local: [local, 9] as const,
  remote: ["fe80::3", 5] as const,
});

function zones(texts: Readonly<Record<number, string>>, own = 100) {
  const asked: number[] = [];
  let nowMs = 0;
  const names = new ZoneNames({
    own,
    interfaces: (pid) => {
      asked.push(pid);
      return texts[pid] ?? null;
    },
  }, () => nowMs);
  const ask = (...flows: ReturnType<typeof flow>[]) => names.ask(fakeSample(flows).flows, flows.length);
  return { ask, asked, later: (ms: number) => nowMs += ms };
}

Deno.test("ZoneNames.ask() asks once for each link of a namespace, and nobody where no address is scoped", () => {
  const { ask, asked, later } = zones({ 0: interfaces(100, "02", "eth0"), 7: interfaces(200, "02", "veth7") });
  deepStrictEqual(ask(flow(5, 100, 0), flow(6, 0, 2)), []);
  deepStrictEqual(asked, []);
  deepStrictEqual(ask(flow(5, 100, 2), flow(7, 200, 2), flow(7, 200, 2)), [["100 2", "eth0"], ["200 2", "veth7"]]);
  deepStrictEqual(ask(flow(5, 100, 2), flow(7, 200, 2)), []);
  deepStrictEqual(asked, [0, 7]);
  later(10_001);
  deepStrictEqual(ask(flow(5, 100, 2)), [], "what the main thread knows is not told again");
  strictEqual(asked.length, 3);
});

Deno.test("ZoneNames.ask() believes no process that is in another namespace than its socket", () => {
  const ofOther = zones({ 7: interfaces(300, "02", "wrong0") });
  deepStrictEqual(ofOther.ask(flow(7, 200, 2)), []);
  const refused = zones({ 7: interfaces(0, "02", "eth7") });
  deepStrictEqual(refused.ask(flow(7, 200, 2, "fe80::9")), [], "an address that it does not have");
  const same = zones({ 7: interfaces(0, "02", "eth7") });
  deepStrictEqual(same.ask(flow(7, 200, 2)), [["200 2", "eth7"]], "its own address");
  const unknown = zones({});
  deepStrictEqual(unknown.ask(flow(0, 200, 2), flow(9, 200, 3)), []);
});

Deno.test("ZoneNames.ask() tells of a new name", () => {
  const texts: Record<number, string> = { 0: interfaces(100, "02", "eth0") }, { ask, later } = zones(texts);
  deepStrictEqual(ask(flow(5, 100, 2)), [["100 2", "eth0"]]);
  texts[0] = interfaces(100, "02", "lan0");
  later(10_001);
  deepStrictEqual(ask(flow(5, 100, 2)), [["100 2", "lan0"]]);
});
