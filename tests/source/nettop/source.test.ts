import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { Decoder } from "../../../src/decode/decode.ts";
import { ExitStatus, TcptopError } from "../../../src/errors.ts";
import { FlowTables } from "../../../src/flow/tables.ts";
import { unpackFlows } from "../../../src/flow/columns.ts";
import type { Pcb } from "../../../src/system/darwin/pcblist.ts";
import { NO_SYSTEM, type System } from "../../../src/system/darwin/system.ts";
import { NettopSource } from "../../../src/source/nettop/source.ts";
import { Unknown } from "../../../src/wire/layout.ts";
import { FAKE_NETTOP, FAKE_SCRIPT, fakesAlive, FAST, playing } from "./fake.ts";

const open = (system: System = NO_SYSTEM, nettop = FAKE_NETTOP, uid = 501) =>
  new NettopSource(
    { nettop, script: FAKE_SCRIPT, nowMs: () => performance.now(), wallMs: () => Date.now(), timing: FAST, uid },
    system,
  );

async function news(source: NettopSource): Promise<void> {
  for (let tries = 0; !source.pace.hasNews && tries < 200; tries++) await source.wait(50);
  strictEqual(source.pace.hasNews, true);
}

/** Samples as the Worker takes them. */
function sampler(source: NettopSource) {
  const tables = new FlowTables(), decoder = new Decoder(tables);
  return async () => {
    await news(source);
    source.drain((records) => decoder.decode(records));
    source.snapshot((records) => decoder.decode(records));
    strictEqual(decoder.invalid, 0);
    const sample = tables.takeSample();
    return { ...sample, flows: unpackFlows(sample.flows, sample.length) };
  };
}

const PCB: Pcb = {
  generation: 7n,
  pid: 4711,
  uid: 501,
  family: 4,
  localAddress: new Uint8Array([192, 0, 2, 1, ...new Array(12).fill(0)]),
  remoteAddress: new Uint8Array([192, 0, 2, 2, ...new Array(12).fill(0)]),
  localPort: 50000,
  remotePort: 443,
  scope: 0,
  tcpState: 4,
  srttUs: 14594,
};

Deno.test("NettopSource gives a sample a frame, timed by the arrival of the frames", () =>
  playing("plain", async () => {
    const source = open(), sample = sampler(source);
    try {
      const first = await sample(), second = await sample();
      const row = second.flows.remotePort.indexOf(443);
      deepStrictEqual([first.opened, second.opened], [0, 1]);
      deepStrictEqual([second.flows.rxBytes[row], second.flows.rxDelta[row], second.flows.txDelta[row]], [
        103027,
        1009,
        23,
      ]);
      strictEqual(second.intervalMs > 100 && second.intervalMs < 2000, true);
      deepStrictEqual([source.info.tcp, source.info.udp], ["nettop", "nettop"]);
      deepStrictEqual(source.info.notes.map(({ code }) => code), ["nettop_fidelity"]);
    } finally {
      await source.close();
    }
    strictEqual(await fakesAlive(), 0);
  }));

Deno.test("NettopSource closes what is gone from the next frame, with its last counters", () =>
  playing("plain", async () => {
    const source = open(), sample = sampler(source);
    try {
      for (;;) {
        const { flows, closed, length } = await sample();
        if (closed === 0) continue;
        const row = flows.closed.indexOf(1);
        strictEqual(row < length && flows.remotePort[row] === 80, true);
        deepStrictEqual([flows.rxBytes[row], flows.txBytes[row], flows.state[row]], [160, 80, 7]);
        break;
      }
    } finally {
      await source.close();
    }
  }));

Deno.test("NettopSource takes the kernel's list of sockets where nettop is of no use, without bytes", () =>
  playing("useless", async () => {
    const source = open({ ...NO_SYSTEM, sockets: (protocol) => protocol === "tcp" ? [PCB] : [] });
    try {
      const { flows, length } = await sampler(source)();
      deepStrictEqual([length, flows.tgid[0], flows.localPort[0], flows.remotePort[0], flows.srttUs[0]], [
        1,
        4711,
        50000,
        443,
        14594,
      ]);
      strictEqual(flows.unknown[0] & Unknown.bytes, Unknown.bytes);
      strictEqual(source.info.tcp, "pcblist");
      match(source.info.notes.map(({ message }) => message).join(), /list, which has no bytes: .* ended with status 0/);
    } finally {
      await source.close();
    }
  }));

Deno.test("NettopSource says that a list with none but the user's own sockets is not all, and what to do", async () => {
  const lists: [tcp: Pcb[], uid: number, words: RegExp | null][] = [
    [[PCB], 501, /only their own sockets/],
    [[], 501, /is empty/],
    [[], 0, /is empty/],
    [[PCB, { ...PCB, generation: 8n, uid: 65 }], 501, null],
    [[PCB], 0, null],
  ];
  for (const [tcp, uid, words] of lists) {
    await playing("useless", async () => {
      const system = { ...NO_SYSTEM, sockets: (protocol: string) => protocol === "tcp" ? tcp : [] };
      const source = open(system, FAKE_NETTOP, uid);
      try {
        await news(source);
        const note = source.info.notes.find(({ code }) => code === "pcblist_partial");
        strictEqual(note === undefined, words === null);
        if (words !== null) match(`${note!.message}. ${note!.remedy}`, new RegExp(`${words.source}.*sudo`));
      } finally {
        await source.close();
      }
    });
  }
});

Deno.test("NettopSource takes the user of a socket from the kernel's list, and notices the next process with its pid", () =>
  playing("useless", async () => {
    let path = "/opt/first", pcb = PCB;
    const sockets = (protocol: string) => protocol === "tcp" ? [pcb] : [];
    const source = open({ ...NO_SYSTEM, path: () => path, uid: () => null, sockets }), sample = sampler(source);
    try {
      const { flows } = await sample();
      deepStrictEqual([flows.uid[0], flows.unknown[0] & Unknown.uid, source.processes.takeNames()], [501, 0, [[
        4711,
        "first",
      ]]]);
      path = "/opt/second";
      pcb = { ...PCB, generation: 9n, uid: 502 };
      await sample();
      await sample();
      deepStrictEqual(source.processes.takeNames(), [[4711, "second"]]);
    } finally {
      await source.close();
    }
  }));

Deno.test("NettopSource.wait() says in a sentence that there is nothing to go on with", async () => {
  for (
    const [mode, nettop, words] of [["useless", FAKE_NETTOP, /status 0, saying "usage/], [
      "plain",
      "/nowhere/nettop",
      /is not there/,
    ]] as const
  ) {
    await playing(mode, async () => {
      const source = open(NO_SYSTEM, nettop);
      const wait = async () => {
        for (let tries = 0; tries < 200; tries++) await source.wait(50);
      };
      await rejects(wait, (error: unknown) => {
        strictEqual(error instanceof TcptopError && error.status === ExitStatus.unsupported, true);
        match((error as Error).message, words);
        return true;
      });
      await source.close();
      await source.close();
    });
  }
});

Deno.test("NettopSource says what it had to do without, and what it lost", () =>
  playing("few_columns noisy", async () => {
    const source = open();
    try {
      await news(source);
      const codes = source.info.notes.map(({ code }) => code);
      deepStrictEqual(codes, ["nettop_fidelity", "nettop_fallback"]);
      match(source.info.notes[1].message, /does not know the columns for packets/);
      strictEqual(source.invalid, 1);
    } finally {
      await source.close();
    }
  }));
