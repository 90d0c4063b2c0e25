/** A recording as the samples that a screen takes, of one network namespace alone. */
import { Cgroups } from "../src/app/cgroups.ts";
import { Programs } from "../src/app/programs.ts";
import { SameOwners } from "../src/app/same_owners.ts";
import type { TcpCounters, TcpRecord, UdpOwner, UdpRecord } from "../src/decode/cursor.ts";
import { Decoder, type EventHandler } from "../src/decode/decode.ts";
import { unpackFlows } from "../src/flow/columns.ts";
import { NO_CGROUP } from "../src/flow/container.ts";
import type { Sample } from "../src/flow/sample.ts";
import { FlowTables } from "../src/flow/tables.ts";
import { openReplay } from "../src/source/replay/platform.ts";

/** What scripts/picture writes beside its recording. */
export interface Facts {
  readonly netns: number;
  readonly commands: ReadonlyMap<number, string>;
  readonly cpuPercent: number;
  readonly rssBytes: number;
}

export function readFacts(path: string): Facts {
  const text = Deno.readTextFileSync(path),
    number = (what: RegExp) => Number(text.match(what)![1]);
  return {
    netns: number(/^netns (\d+)$/m),
    commands: new Map(
      Array.from(
        text.matchAll(/^command (\d+) (.*?) *$/gm),
        ([, pid, line]) => [Number(pid), line],
      ),
    ),
    cpuPercent: number(/self_cpu_percent:([\d.]+)/),
    rssBytes: number(/self_rss_bytes:([\d.]+)/),
  };
}

/** Hands on what is of one network namespace. Counters of connections that were never handed on find no row. */
function ofNamespace(netns: number, to: EventHandler): EventHandler {
  const here = (hand: (record: TcpRecord) => void) => (record: TcpRecord) => {
    if (record.netns === netns) hand(record);
  };
  return {
    tcpOpen: here((record) => to.tcpOpen(record)),
    tcpClose: here((record) => to.tcpClose(record)),
    tcpLive: here((record) => to.tcpLive(record)),
    tcpOwner: here((record) => to.tcpOwner(record)),
    tcpCounters: (record: TcpCounters) => to.tcpCounters(record),
    tcpLimits: (record) => to.tcpLimits(record),
    tcpPath: (record) => to.tcpPath(record),
    tcpReset: (record) => to.tcpReset(record),
    udpFlow: (record: UdpRecord) => record.netns === netns ? to.udpFlow(record) : undefined,
    udpOwner: (record: UdpOwner) => record.netns === netns ? to.udpOwner(record) : undefined,
    process: (record) => to.process(record),
    translation: () => {},
    dropped: () => {},
    dnsAnswer: (record) => to.dnsAnswer(record),
    tick: (record) => to.tick(record),
  };
}

export async function samplesOf(path: string, facts: Facts): Promise<Sample[]> {
  const platform = openReplay({ path, paced: false }),
    source = platform.openSource(),
    found: Sample[] = [];
  const tables = new FlowTables(),
    decoder = new Decoder(ofNamespace(facts.netns, tables));
  const cgroups = new Cgroups(platform.cgroups!, () => 0),
    known = [NO_CGROUP],
    texts = new Map<number, string>();
  const owners = new SameOwners();
  const programs = new Programs(
    (flows, row) => tables.executables.of(flows, row),
    (pid, startNs) => platform.argumentNames?.(pid, startNs) ?? null,
  );
  for (let more = true; more; more = await source.wait(10)) {
    source.drain((records) => decoder.decode(records));
    if (!source.pace?.hasNews) continue;
    source.snapshot((records) => decoder.decode(records));
    const packed = tables.takeSample(),
      flows = unpackFlows(packed.flows, packed.length, packed.room),
      users = new Map<number, string>();
    for (const uid of new Set(flows.uid)) {
      users.set(uid, await platform.userName(uid) ?? String(uid));
    }
    const like = owners.of(flows, packed.length);
    known.push(...cgroups.fill(flows, packed.length, like).cgroups);
    for (const [number, text] of programs.fill(flows, packed.length, like)) {
      texts.set(number, text);
    }
    found.push({
      ...packed,
      flows,
      users,
      host: platform.host,
      // As its own screen showed it: of the machine, not of a recording, and of one namespace, not of all.
      source: { ...source.info, notes: [] },
      health: { ...packed.health, recordsInvalid: decoder.invalid },
      selfCpuPercent: facts.cpuPercent,
      selfRssBytes: facts.rssBytes,
      timeWait: null,
      synRecv: null,
      zones: new Map(),
      names: new Map(),
      answers: new Map(),
      hosts: new Map(),
      processes: new Map(),
      programs: texts,
      cgroups: known,
      containers: new Map(),
    });
  }
  await source.close();
  return found;
}
