import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Decoder, type EventHandler } from "../../../src/decode/decode.ts";
import type { TcpRecord, UdpRecord } from "../../../src/decode/cursor.ts";
import { type Frame, FrameAssembler } from "../../../src/source/nettop/frames.ts";
import { Tracker } from "../../../src/source/nettop/tracker.ts";
import { Direction, OwnerHow, Unknown } from "../../../src/wire/layout.ts";
import { HEADER, process, row } from "./rows.ts";

const C = "tcp4 192.0.2.1:50000<->198.51.100.1:443";
const UID = 501;
const LATER = { isPreliminary: false, isBaseline: false };
const NOTHING: string[] = [];

interface Seen {
  readonly what: string;
  readonly cookie: number;
  readonly openedNs: number;
  readonly state: number;
  readonly rx: number;
  readonly tx: number;
}

/** Frames go in as rows, one a second from 1 s on; what the records say comes out. The first is the baseline, or what comes before. */
function tracker(hasPreliminary = false) {
  const told: Frame[] = [],
    seen: Seen[] = [],
    last: { tcp: Record<string, unknown>[]; udp: Record<string, unknown>[] } = { tcp: [], udp: [] };
  const frames = new FrameAssembler((frame) => told.push(frame));
  const tracker = new Tracker({
    uidOf: (pid) => pid === 7 ? UID : null,
    interfaceIndex: (name) => name === "en0" ? 4 : 0,
  });
  const note = (what: string) => (r: TcpRecord) =>
    void seen.push({ what, cookie: r.cookieLow, openedNs: r.openedNs, state: r.state, rx: r.rxBytes, tx: r.txBytes });
  const handler: EventHandler = {
    tcpOpen: note("open"),
    tcpClose: note("close"),
    tcpLive: (r) => {
      note("live")(r);
      last.tcp.push(plain(r));
    },
    tcpCounters: () => {},
    tcpLimits: () => {},
    tcpPath: () => {},
    tcpReset: () => {},
    dropped: () => {},
    tcpOwner: () => {},
    udpFlow: (r) => void last.udp.push({ ...plain(r), firstNs: r.firstNs, lastNs: r.lastNs }),
    udpOwner: () => {},
    process: () => {},
    translation: () => {},
    dnsAnswer: () => {},
    tick: (r) => void seen.push({ what: "tick", cookie: 0, openedNs: 0, state: 0, rx: r.timeNs, tx: r.wallNs }),
  };
  const decoder = new Decoder(handler);
  let second = 0;
  const marks = () => ({
    isPreliminary: hasPreliminary && second === 1,
    isBaseline: second <= (hasPreliminary ? 2 : 1),
  });
  const frame = (...rows: string[]) => {
    second++;
    for (const line of [HEADER, process("curl", 7), ...rows]) frames.line(line, second * 1e9);
    frames.pause();
    frames.line(HEADER, second * 1e9);
    // The header that ended this frame began one more: it is whole and empty, and not looked at.
    const before = told.splice(0).filter(({ number }) => number % 2 === 1);
    for (const each of before) tracker.apply({ ...each, ...marks() });
  };
  const drain = () => {
    tracker.drain((bytes) => decoder.decode(bytes));
    return seen.splice(0);
  };
  const snapshot = () => {
    last.tcp = [];
    last.udp = [];
    tracker.snapshot((bytes) => decoder.decode(bytes), second * 1e9, 5e9);
    strictEqual(decoder.invalid, 0);
    return seen.splice(0);
  };
  return { tracker, frame, drain, snapshot, last };
}

function plain(r: TcpRecord | UdpRecord): Record<string, unknown> {
  const words = new Uint32Array(12), bytes = new Uint8Array(words.buffer);
  r.copyLocalAddress(words, 0);
  r.copyRemoteAddress(words, 4);
  r.copyComm(words, 8);
  const local = bytes.subarray(0, 16), remote = bytes.subarray(16, 32), comm = bytes.subarray(32);
  return {
    cookie: r.cookieLow,
    rx: r.rxBytes,
    family: r.family,
    tgid: r.tgid,
    uid: r.uid,
    how: r.how,
    direction: r.direction,
    ports: [r.localPort, r.remotePort],
    local: [...local],
    remote: [...remote],
    scope: r.scope,
    unknown: r.unknown,
    packets: [r.rxPackets, r.txPackets],
    comm: new TextDecoder().decode(comm).replace(/\0+$/, ""),
  };
}

Deno.test("Tracker.apply() takes what the first frame shows for older than the run", () => {
  const t = tracker();
  t.frame(row(C, "Established", 100, 200));
  deepStrictEqual(t.drain(), []);
  deepStrictEqual(t.snapshot().map(({ what, openedNs, rx, tx }) => [what, openedNs, rx, tx]), [["live", 0, 100, 200], [
    "tick",
    0,
    1e9,
    5e9,
  ]]);
});

Deno.test("Tracker.apply() opens what a later frame shows first, at the time of that frame", () => {
  const t = tracker();
  t.frame();
  t.frame(row(C, "Established", 100, 200));
  deepStrictEqual(t.drain(), [{ what: "open", cookie: 1, openedNs: 2e9, state: 1, rx: 100, tx: 200 }]);
});

Deno.test("Tracker.apply() closes what three frames are without, at the time of the first, with the last counters", () => {
  const t = tracker();
  t.frame(row(C, "Established", 100, 200));
  t.frame(row(C, "FinWait1", 107, 209));
  t.frame();
  t.frame();
  deepStrictEqual(t.drain(), []);
  t.frame();
  deepStrictEqual(t.drain(), [{ what: "close", cookie: 1, openedNs: 0, state: 7, rx: 107, tx: 209 }]);
  deepStrictEqual(t.snapshot().map(({ what }) => what), ["tick"]);
});

Deno.test("Tracker.apply() counts only what is above the highest value seen, each direction by itself", () => {
  const t = tracker(), seen: unknown[] = [];
  const readings: [rx: number | "", tx: number | ""][] = [
    [3e9, 200],
    [0, 0],
    [3e9 + 100, 0],
    [2e9, 230],
    ["", 231],
    [3e9 + 150, 7],
  ];
  for (const [rx, tx] of readings) {
    t.frame(row(C, "Established", rx, tx));
    for (const { what, rx, tx } of t.snapshot()) if (what !== "tick") seen.push([what, rx - 3e9, tx]);
  }
  deepStrictEqual(seen, [
    ["live", 0, 200],
    ["live", 0, 200],
    ["live", 100, 200],
    ["live", 100, 230],
    ["live", 100, 231],
    ["live", 150, 231],
  ]);
});

Deno.test("Tracker.apply() keeps a socket that one or two samples leave out", () => {
  const t = tracker();
  t.frame(row(C, "Established", 3e9, 200));
  for (let times = 0; times < 3; times++) {
    t.frame();
    t.frame();
    t.frame(row(C, "Established", 3e9 + times, 200));
  }
  deepStrictEqual(t.drain(), []);
  deepStrictEqual(t.snapshot().map(({ what, cookie, rx }) => [what, cookie, rx]).slice(0, 1), [["live", 1, 3e9 + 2]]);
});

Deno.test("Tracker.apply() shows nothing of a preliminary frame, and lets its higher counters hold", () => {
  const t = tracker(true);
  t.frame(row(C, "Established", 3e9, 0));
  deepStrictEqual(t.snapshot().map(({ what }) => what), ["tick"]);
  t.frame(row(C, "Established", 0, 2e9), row("udp4 *:5353<->*:*", "", 5, 5));
  const live = t.snapshot();
  deepStrictEqual(live.map(({ what, openedNs, rx, tx }) => [what, openedNs, rx, tx]).slice(0, 1), [[
    "live",
    0,
    3e9,
    2e9,
  ]]);
  deepStrictEqual(t.last.udp.map(({ firstNs }) => firstNs), [0]);
});

Deno.test("Tracker.apply() takes counters that stay low and go up for a new socket in the place of the old", () => {
  const t = tracker();
  t.frame(row(C, "Established", 100, 200));
  for (const rx of [1, 2]) t.frame(row(C, "Established", rx, 3));
  deepStrictEqual(t.drain(), []);
  t.frame(row(C, "Established", 9, 3));
  deepStrictEqual(t.drain(), [
    { what: "close", cookie: 1, openedNs: 0, state: 7, rx: 100, tx: 200 },
    { what: "open", cookie: 2, openedNs: 4e9, state: 1, rx: 9, tx: 3 },
  ]);
});

Deno.test("Tracker.apply() takes counters that stay at 0 or a little too low for those of the same socket", () => {
  for (const low of [[0, 0, 0, 0, 0], [60, 61, 62, 63, 64], [9, 8, 7, 6, 5]]) {
    const t = tracker();
    t.frame(row(C, "Established", 100, 0));
    for (const rx of low) t.frame(row(C, "Established", rx, 0));
    deepStrictEqual(t.drain(), [], String(low));
  }
});

Deno.test("Tracker.apply() ends a connection that is listed as Closed, once", () => {
  const t = tracker();
  t.frame(row(C, "Established", 100, 200));
  t.frame(row(C, "Closed", 103, 200));
  t.frame(row(C, "Closed", 103, 200));
  t.frame();
  t.frame(row(C, "Closed", 103, 200));
  deepStrictEqual(t.drain(), [{ what: "close", cookie: 1, openedNs: 0, state: 7, rx: 103, tx: 200 }]);
  for (let times = 0; times < 3; times++) t.frame();
  t.frame(row(C, "Closed", 9, 9));
  deepStrictEqual(t.drain().map(({ what, cookie }) => [what, cookie]), [["open", 2], ["close", 2]]);
});

Deno.test("Tracker.apply() opens a connection in the place of one that was Closed", () => {
  const t = tracker();
  t.frame(row(C, "Established", 100, 200));
  t.frame(row(C, "Closed", 100, 200));
  t.frame(row(C, "Established", 101, 200));
  deepStrictEqual(t.drain().map(({ what, cookie }) => [what, cookie]), [["close", 1], ["open", 2]]);
});

Deno.test("Tracker.apply() tells of no opening nor end of a TCP socket that is not connected yet, or never came to be", () => {
  for (const label of ["tcp4 *:*<->*:*", "tcp6 *.*<->*.*", "tcp4 192.0.2.1:50000<->*:*", C]) {
    const t = tracker();
    t.frame();
    for (let times = 0; times < 2; times++) t.frame(row(label, "Closed", 0, 0));
    for (let times = 0; times < 3; times++) t.frame();
    deepStrictEqual(t.drain(), NOTHING, label);
    deepStrictEqual(t.snapshot().map(({ what }) => what), ["tick"]);
  }
});

Deno.test("Tracker.apply() opens a connection once it is one, and tells of one that never was as failed", () => {
  const t = tracker(), D = C.replace("50000", "50001");
  t.frame();
  t.frame(row(C, "SynSent", 0, 0), row(D, "SynSent", 0, 0));
  deepStrictEqual(t.drain(), []);
  t.frame(row(C, "Established", 1, 2), row(D, "SynSent", 0, 0));
  deepStrictEqual(t.drain().map(({ what, cookie, openedNs }) => [what, cookie, openedNs]), [["open", 1, 2e9]]);
  for (let times = 0; times < 3; times++) t.frame(row(C, "Established", 1, 2));
  deepStrictEqual(t.drain().map(({ what, cookie, state }) => [what, cookie, state]), [["close", 2, 2]]);
});

Deno.test("Tracker.apply() was there too late for what the first frame lists as Closed", () => {
  const t = tracker();
  t.frame(row(C, "Closed", 100, 200));
  for (let times = 0; times < 4; times++) t.frame();
  deepStrictEqual(t.drain(), []);
});

Deno.test("Tracker.apply() tells apart equal labels by their counters, in any order and when one goes", () => {
  const t = tracker(), mdns = (rx: number) => row("udp4 *:5353<->*:*", "", rx, 0);
  const bytes = () => {
    t.snapshot();
    return t.last.udp.map(({ cookie, rx }) => [cookie, rx]);
  };
  t.frame(mdns(10), mdns(3e9));
  deepStrictEqual(bytes(), [[1, 10], [2, 3e9]]);
  t.frame(mdns(3e9 + 1), mdns(11));
  deepStrictEqual(bytes(), [[1, 11], [2, 3e9 + 1]]);
  t.frame(mdns(3e9 + 2));
  deepStrictEqual(bytes(), [[1, 11], [2, 3e9 + 2]]);
  t.frame(mdns(30), mdns(3e9 + 2), mdns(12));
  deepStrictEqual(bytes(), [[1, 12], [2, 3e9 + 2], [3, 30]]);
  for (let times = 0; times < 3; times++) t.frame(mdns(3e9 + 3));
  deepStrictEqual(bytes(), [[2, 3e9 + 3]]);
});

Deno.test("Tracker.apply() keeps a socket that passes to another process, and gives it to that one", () => {
  for (const label of [C, "tcp4 *:22<->*:*", "udp4 *:69<->*:*", "udp4 192.0.2.1:1<->192.0.2.2:2"]) {
    const t = tracker(), state = label.startsWith("tcp") ? "Established" : "";
    t.frame(row(label, state, 3e9, 5));
    t.frame(process("sshd", 70), row(label, state, 3e9 + 7, 5));
    deepStrictEqual(t.drain(), [], label);
    t.snapshot();
    const [flow] = [...t.last.tcp, ...t.last.udp];
    deepStrictEqual([flow.cookie, flow.rx, flow.tgid, flow.comm], [1, 3e9 + 7, 70, "sshd"]);
  }
});

Deno.test("Tracker.apply() takes equal labels of two processes for two sockets", () => {
  const t = tracker(), mdns = (rx: number) => row("udp4 *:5353<->*:*", "", rx, 0);
  t.frame(mdns(10), process("Browser", 70), mdns(2000));
  t.frame(mdns(2000), process("Browser", 70), mdns(2000));
  t.snapshot();
  deepStrictEqual(t.last.udp.map(({ cookie, rx, tgid }) => [cookie, rx, tgid]), [[1, 2000, 7], [2, 2000, 70]]);
  t.frame(process("Browser", 70), mdns(2000), mdns(3));
  t.snapshot();
  deepStrictEqual(t.last.udp.map(({ cookie, rx, tgid }) => [cookie, rx, tgid]), [[1, 2000, 7], [2, 2000, 70], [
    3,
    3,
    70,
  ]]);
});

Deno.test("Tracker.apply() closes nothing on the word of a frame that is not whole", () => {
  const t = tracker();
  t.frame(row(C, "Established", 100, 200));
  t.tracker.apply({ number: 99, arrivedNs: 2e9, rows: [], isWhole: false, ...LATER });
  deepStrictEqual(t.drain(), []);
  for (const number of [99, 100, 101]) {
    deepStrictEqual(t.drain(), []);
    t.tracker.apply({ number, arrivedNs: 2e9, rows: [], isWhole: true, ...LATER });
  }
  deepStrictEqual(t.drain().map(({ what }) => what), ["close"]);
});

Deno.test("Tracker.snapshot() describes a connection whole, and says what is not known", () => {
  const t = tracker();
  t.frame(row("tcp6 fe80::1%en0.50000<->fe80::2%en0.443", "Established", 100, 200, "2.50 ms"));
  t.snapshot();
  const link = (last: number) => [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
  deepStrictEqual(t.last.tcp, [{
    cookie: 1,
    rx: 100,
    family: 6,
    tgid: 7,
    uid: UID,
    how: OwnerHow.file,
    direction: Direction.unknown,
    ports: [50000, 443],
    local: link(1),
    remote: link(2),
    scope: 4,
    unknown: Unknown.retransmits | Unknown.cwnd | Unknown.packets,
    packets: [0, 0],
    comm: "curl",
  }]);
});

Deno.test("Tracker.snapshot() knows a connection to a port that is listened on as inbound", () => {
  const t = tracker(), inbound = "tcp4 192.0.2.1:22<->198.51.100.1:50000";
  t.frame(row("tcp4 *:22<->*:*", "Listen"), row(inbound, "Established", 1, 1), row(C, "Established", 1, 1));
  t.snapshot();
  deepStrictEqual(t.last.tcp.map(({ direction }) => direction), [
    Direction.unknown,
    Direction.inbound,
    Direction.unknown,
  ]);
  strictEqual(Number(t.last.tcp[0].unknown) & Unknown.bytes, Unknown.bytes);
});

Deno.test("Tracker.snapshot() says when UDP and QUIC last moved, and leaves out sockets that were never used", () => {
  const t = tracker(), quic = (rx: number) => row("quic4 192.0.2.1:50000<->198.51.100.1:443", "", rx, 5, "31.25 ms");
  t.frame(quic(1), row("udp4 *:*<->*:*"));
  t.frame(quic(1), row("udp4 *:5353<->*:*", "", 4, 4));
  t.frame(quic(2), row("udp4 *:5353<->*:*", "", 4, 4));
  t.snapshot();
  deepStrictEqual(t.last.udp.map(({ ports, firstNs, lastNs }) => [ports, firstNs, lastNs]), [
    [[50000, 443], 0, 3e9],
    [[5353, 0], 2e9, 2e9],
  ]);
});

Deno.test("Tracker.apply() leaves out a row with a host's name, and counts it", () => {
  const t = tracker();
  t.frame(row("tcp4 192.0.2.1:50000<->host.example.com:443", "Established", 1, 1));
  deepStrictEqual(t.snapshot().map(({ what }) => what), ["tick"]);
  strictEqual(t.tracker.skipped > 0, true);
});

Deno.test("Tracker.snapshot() cuts a name at 15 bytes and never inside a character", () => {
  const t = tracker();
  t.tracker.apply({
    number: 1,
    arrivedNs: 1,
    rows: [{ ...rowOf(), process: "名前名前名前", pid: 0 }],
    isWhole: true,
    isPreliminary: false,
    isBaseline: true,
  });
  t.snapshot();
  deepStrictEqual(t.last.tcp.map(({ comm, how, unknown }) => [comm, how, Number(unknown) & Unknown.uid]), [
    ["名前名前名", OwnerHow.kernel, Unknown.uid],
  ]);
});

function rowOf() {
  const told: Frame[] = [], frames = new FrameAssembler((frame) => told.push(frame));
  for (const line of [HEADER, process("curl", 7), row(C, "Established", 1, 1), HEADER]) frames.line(line, 1);
  return told[0].rows[0];
}
