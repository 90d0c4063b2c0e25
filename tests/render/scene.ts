/** A screen with everything on it that is hard to draw. */
import { Canvas } from "../../src/view/canvas.ts";
import { columnById, DEFAULT_COLUMNS, TOTAL_RATE } from "../../src/view/column.ts";
import { ScreenModel } from "../../src/view/screen/model.ts";
import type { ScreenState } from "../../src/view/screen/state.ts";
import { type FakeFlow, fakeSample, NOW_NS } from "../view/fake_sample.ts";

export const SIZES = [[80, 24], [120, 40], [200, 50], [40, 10]] as const;

const V6 = "2001:db8:1234:5678:9abc:def0:1234:5678";
const FLOWS: readonly FakeFlow[] = [
  { process: "firefox", pid: 4194304, remote: ["93.184.216.34", 443], rxDelta: 104857600, txDelta: 1234, rttUs: 14321 },
  {
    process: "日本語サーバ",
    pid: 77,
    local: [V6, 65535],
    remote: [V6, 65535],
    rxDelta: 5e6,
    txDelta: 99999,
    rttUs: 999,
  },
  { process: "\x1b[31mred\x07", pid: 666, remote: ["203.0.113.66", 25], rxDelta: 1e6, rttUs: 250000, retransmits: 12 },
  {
    process: "e\u0301te\u0301\u0301\u0301\u0301\u0301",
    pid: 12,
    remote: ["198.51.100.7", 80],
    txDelta: 43210,
    rttUs: 88000,
  },
  {
    process: "sshd",
    pid: 2,
    uid: 0,
    local: ["2001:db8::2", 22],
    remote: ["2001:db8::9", 60001],
    direction: "in",
    txDelta: 501,
  },
  { process: "curl", pid: 31, remote: ["198.51.100.9", 443], ageMs: 1200, state: "SYN_SENT" },
  { process: "wget", pid: 32, remote: ["198.51.100.8", 443], ageMs: 900, rxDelta: 7e3, closed: true, state: "CLOSED" },
  {
    process: null,
    protocol: "udp",
    local: ["127.0.0.1", 53],
    remote: ["127.0.0.1", 4000],
    unknown: 0xff,
    loopback: true,
  },
  { process: "nginx", pid: 80, local: ["0.0.0.0", 80], remote: ["0.0.0.0", 0], state: "LISTEN" },
  {
    process: "\u202egpj.exe\u200b",
    pid: 13,
    uid: 12345,
    local: ["fe80::2", 5353],
    remote: ["fe80::1", 5353],
    ageMs: 7265000,
    rx: 1e15,
    tx: 1023,
  },
];
/** UDP without figures, as listed. */
const SOURCE = { tcp: "bpf", udp: "netlink", notes: [] } as const;
const NAMES = new Map([
  ["93.184.216.34", "a-rather-long-name.of-a-host.somewhere.in.example.org"],
  ["203.0.113.66", "evil\x1b]0;title\x07.example"],
  ["198.51.100.7", "ドメイン名例.example"],
]);

export function state(columns: number, rows: number): ScreenState {
  return {
    columns,
    rows,
    ascii: false,
    mode: { kind: "table" },
    details: false,
    detailsTop: 0,
    frozen: false,
    allowKill: false,
    historyMs: 0,
    many: false,
    moment: null,
    replay: false,
    paused: false,
    atEnd: false,
    speed: 1,
    skip: null,
    step: null,
    sort: { column: TOTAL_RATE, descending: true },
    group: null,
    expanded: new Set(),
    filterText: "",
    filter: null,
    filterError: null,
    filters: [],
    protocol: null,
    listeners: false,
    listenersOfFilter: false,
    names: true,
    pairs: true,
    limit: 50,
    all: false,
    shown: DEFAULT_COLUMNS,
    chosen: false,
    graph: null,
    sinceStart: false,
    bits: false,
    mouse: true,
    intervalMs: 1000,
    cursor: null,
    index: 0,
    top: 0,
    notice: null,
    wish: null,
    unread: false,
  };
}

/** The model after three samples; `more` idle flows make the table longer than the screen. */
export function scene(columns: number, rows: number, more = 60, changes: Partial<ScreenState> = {}): ScreenModel {
  const model = new ScreenModel({ ...state(columns, rows), ...changes });
  const idle = Array.from({ length: more }, (_, i): FakeFlow => ({
    process: `worker-${i}`,
    pid: 1000 + i,
    remote: [`192.0.2.${i + 1}`, 5432],
    rttUs: 100 + i,
    rx: i * 1009,
    ageMs: 60000,
  }));
  for (let number = 0; number < 3; number++) {
    const timeNs = NOW_NS + number * 1e9, intervalMs = number === 0 ? 0 : 1000;
    const flows = [...FLOWS.filter(({ closed }) => number === 2 || !closed), ...idle];
    const cookies = flows.map((flow, i) => ({ cookie: i + 1 + (flow.closed ? 5000 : 0), ...flow }));
    model.take(fakeSample(cookies, { number, timeNs, intervalMs, opened: 3, closed: 1, source: SOURCE }));
  }
  model.name(NAMES);
  return model;
}

/** One that people can judge at a glance. */
export function picture(columns: number, rows: number): Canvas {
  return scene(columns, rows).draw();
}

export const byRtt = { column: columnById("rtt")!, descending: true };
