/**
 * A recording of any size, made without a kernel: sockets that go on, connections that come and go, names, a sample a second. By hand, of 1 GiB:
 * deno run -A tests/support/large_recording.ts FILE [BYTES [SOCKETS [OPENED_A_SECOND]]]
 */
import { Decoder } from "../../src/decode/decode.ts";
import { FlowTables } from "../../src/flow/tables.ts";
import { FileKeeper, type Keyframes } from "../../src/source/recording/file_keeper.ts";
import { TcpCountersLayout, TcpRecordLayout } from "../../src/wire/layout.ts";
import type { Keeper } from "../../src/source/recording/keeper.ts";
import { HOST } from "./recording.ts";
import { counters, ended, join, live, tick } from "./records.ts";

const SECOND = 1_000_000_000;
/** When its first sample was taken: ms since 1970. */
export const BEGAN_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export interface Large {
  readonly bytes: number;
  readonly sockets: number;
  /** A second. */
  readonly opened: number;
  readonly everyMs?: number;
  /** When its first sample was taken. */
  readonly beganMs?: number;
  /** Records are handed over in chunks of about so many bytes. */
  readonly chunkBytes?: number;
  readonly keyframes?: Keyframes;
  /** It ends as if the recorder were killed. */
  readonly cut?: boolean;
}

/** How many samples it has. */
export function writeLarge(path: string, large: Large): number {
  const to = Deno.openSync(path, { write: true, createNew: true }), clock = { nowMs: 0 };
  let written = 0;
  const file = {
    path,
    byteLength: 0,
    append(bytes: Uint8Array) {
      for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
      written += bytes.length;
    },
    close() {},
    discard() {},
  };
  const keeper = new FileKeeper(file, () => clock.nowMs, large.keyframes);
  const samples = keepLarge(keeper, large, clock, () => written < large.bytes);
  if (!large.cut) keeper.end();
  to.close();
  return samples;
}

/** While `more`; how many samples. The clock goes from one to the next. */
export function keepLarge(
  keeper: Keeper,
  { sockets, opened, chunkBytes = 1 << 18, everyMs = 1000, beganMs = BEGAN_MS }: Omit<Large, "bytes">,
  clock: { nowMs: number },
  more: (samples: number) => boolean,
): number {
  let samples = 0, wantsAll = true;
  const tables = new FlowTables(), decoder = new Decoder(tables);
  const pour = (records: Uint8Array, size: number) => {
    const piece = Math.max(1, Math.floor(chunkBytes / size)) * size;
    for (let at = 0; at < records.length; at += piece) {
      const part = records.subarray(at, at + piece);
      keeper.records(part);
      decoder.decode(part);
    }
  };
  keeper.info({ version: "0.0.0", host: HOST, source: { tcp: "bpf", udp: null, notes: [] } });
  const cookies = Array.from({ length: sockets }, (_, i) => i + 1);
  const held = join(...cookies.map((cookie) => counters({ cookie })));
  const ends = join(...Array.from({ length: opened }, () => ended({ tgid: 4321, rxBytes: 1009, txBytes: 503 })));
  const heldView = new DataView(held.buffer), endView = new DataView(ends.buffer);
  for (; more(samples); samples++) {
    const wallMs = beganMs + samples * everyMs, beginNs = (wallMs - BEGAN_MS + everyMs) * 1e6;
    clock.nowMs = samples * everyMs;
    for (let i = 0; i < opened; i++) {
      const at = i * TcpRecordLayout.byteLength, cookie = 1e6 + samples * opened + i;
      endView.setBigUint64(at + TcpRecordLayout.cookie, BigInt(cookie), true);
      endView.setBigUint64(at + TcpRecordLayout.openedNs, BigInt(beginNs - SECOND / 2), true);
      endView.setBigUint64(at + TcpRecordLayout.timeNs, BigInt(beginNs - SECOND / 4), true);
      endView.setUint16(at + TcpRecordLayout.localPort, 1024 + cookie % 60000, true);
    }
    pour(ends, TcpRecordLayout.byteLength);
    if (wantsAll) {
      const all = { timeNs: beginNs, openedNs: 1, rxBytes: samples * 1009 };
      pour(
        join(...cookies.map((cookie) => live({ ...all, cookie, localPort: cookie % 65536 }))),
        TcpRecordLayout.byteLength,
      );
    } else {
      for (let i = samples % 3; i < sockets; i += 3) {
        const at = i * TcpCountersLayout.byteLength + TcpCountersLayout.rxBytes;
        heldView.setUint32(at, samples * 1009 + i, true);
      }
      pour(held, TcpCountersLayout.byteLength);
    }
    const end = tick(beginNs, { wallNs: BigInt(wallMs) * 1_000_000n });
    pour(end, end.length);
    if (samples % 16 === 0) {
      const processes: [number, string][] = [[1234, `holds-${samples}`], [4321, `opens-${samples}`]];
      keeper.names({ processes, users: [[1000, "ann"]] });
    }
    keeper.sample();
    wantsAll = keeper.wantsAll?.() ?? false;
    if (!keeper.wantsState) tables.passSample();
    else {
      tables.takeSample(null, (state) => {
        tables.saveKnown(state);
        keeper.state!(state.finish(), wallMs);
      });
    }
  }
  return samples;
}

if (import.meta.main) {
  const [path, bytes = 2 ** 30, sockets = 14_000, opened = 2000, chunkBytes = 1 << 18] = Deno.args;
  const samples = writeLarge(path, {
    bytes: Number(bytes),
    sockets: Number(sockets),
    opened: Number(opened),
    chunkBytes: Number(chunkBytes),
  });
  console.log(`${samples} samples, the first at ${new Date(BEGAN_MS).toISOString()}`);
}
