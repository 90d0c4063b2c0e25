// Generated from bpf/record.h by scripts/generate-layout.ts. Offsets and sizes are bytes.

export const Tag = {
  tcpOpen: 1,
  tcpClose: 2,
  tcpLive: 3,
  tcpCounters: 4,
  tcpOwner: 5,
  udpFlow: 6,
  tick: 7,
  udpOwner: 8,
  process: 9,
  tcpLimits: 10,
  tcpPath: 11,
  translation: 13,
  tcpReset: 14,
  dropped: 12,
  dnsAnswer: 15,
} as const;

export const OwnerHow = {
  none: 0,
  listener: 1,
  kernel: 2,
  connect: 3,
  close: 4,
  file: 5,
} as const;

export const Several = {
  no: 0,
  yes: 1,
  unknown: 2,
} as const;

export const Direction = {
  unknown: 0,
  outbound: 1,
  inbound: 2,
} as const;

export const End = {
  unknown: 0,
  finLocal: 1,
  finPeer: 2,
  resetSent: 3,
  resetUnread: 4,
  givenUp: 5,
  keepalive: 6,
  disconnected: 7,
  notAccepted: 8,
  error: 128,
} as const;

export const Unknown = {
  bytes: 1,
  packets: 2,
  rtt: 4,
  retransmits: 8,
  cwnd: 16,
  uid: 32,
  age: 64,
  droppedPackets: 128,
  droppedBytes: 256,
} as const;

export const TcpRecordLayout = {
  byteLength: 168,
  tag: 0,
  size: 2,
  family: 4,
  state: 5,
  direction: 6,
  how: 7,
  timeNs: 8,
  cookie: 16,
  openedNs: 24,
  cgroupId: 32,
  ownerStartNs: 40,
  rxBytes: 48,
  txBytes: 56,
  tgid: 64,
  uid: 68,
  netns: 72,
  cwnd: 76,
  rxPackets: 80,
  txPackets: 84,
  srttUs: 88,
  rttvarUs: 92,
  retransmits: 96,
  localPort: 100,
  remotePort: 102,
  localAddress: 104,
  remoteAddress: 120,
  scope: 136,
  unknown: 140,
  several: 142,
  end: 143,
  comm: 144,
  connectUs: 160,
  pad: 164,
} as const;

export const TcpCountersLayout = {
  byteLength: 56,
  tag: 0,
  size: 2,
  state: 4,
  how: 5,
  pad: 6,
  cookie: 8,
  rxBytes: 16,
  txBytes: 24,
  cwnd: 32,
  rxPackets: 36,
  txPackets: 40,
  srttUs: 44,
  rttvarUs: 48,
  retransmits: 52,
} as const;

export const ResetWhy = {
  unknown: 0,
  unread: 1,
  linger2: 2,
  dataAfterClose: 3,
  memory: 4,
  unsent: 5,
  state: 6,
} as const;

export const TcpResetLayout = {
  byteLength: 24,
  tag: 0,
  size: 2,
  why: 4,
  pad: 5,
  cookie: 8,
  openedNs: 16,
} as const;

export const Sending = {
  appLimited: 1,
  cwndLimited: 2,
  segmentWaits: 4,
  lost: 8,
} as const;

export const TcpLimitsLayout = {
  byteLength: 56,
  tag: 0,
  size: 2,
  sending: 4,
  pad: 5,
  cookie: 8,
  busyUs: 16,
  peerWindowUs: 24,
  sendBufferUs: 32,
  sendQueue: 40,
  unsent: 44,
  receiveQueue: 48,
  minRttUs: 52,
} as const;

export const PathLacks = {
  lost: 1,
  rtoCount: 2,
} as const;

export const TcpPathLayout = {
  byteLength: 88,
  tag: 0,
  size: 2,
  lacks: 4,
  pad: 5,
  cookie: 8,
  movedNs: 16,
  deliveryRate: 24,
  pacingRate: 32,
  mss: 40,
  ssthresh: 44,
  lost: 48,
  rtoCount: 52,
  ecnMarks: 56,
  reordSeen: 60,
  dsackDups: 64,
  pad2: 68,
  congestion: 72,
} as const;

export const UdpState = {
  listed: 0,
  kept: 1,
  expired: 2,
  evicted: 3,
} as const;

export const Carries = {
  unknown: 0,
  quic: 1,
} as const;

export const UdpRecordLayout = {
  byteLength: 168,
  tag: 0,
  size: 2,
  family: 4,
  state: 5,
  direction: 6,
  how: 7,
  cookie: 8,
  firstNs: 16,
  lastNs: 24,
  cgroupId: 32,
  ownerStartNs: 40,
  rxBytes: 48,
  txBytes: 56,
  rxPackets: 64,
  txPackets: 72,
  rxDroppedBytes: 80,
  rxDroppedPackets: 88,
  tgid: 96,
  uid: 100,
  netns: 104,
  scope: 108,
  localPort: 112,
  remotePort: 114,
  unknown: 116,
  carries: 118,
  several: 119,
  localAddress: 120,
  remoteAddress: 136,
  comm: 152,
} as const;

export const UdpOwnerLayout = {
  byteLength: 72,
  tag: 0,
  size: 2,
  how: 4,
  several: 5,
  pad: 6,
  timeNs: 8,
  cookie: 16,
  cgroupId: 24,
  ownerStartNs: 32,
  tgid: 40,
  uid: 44,
  netns: 48,
  pad2: 52,
  comm: 56,
} as const;

export const ProcessLayout = {
  byteLength: 400,
  tag: 0,
  size: 2,
  tgid: 4,
  startNs: 8,
  comm: 16,
  exe: 32,
  ancestors: 288,
  parent: 384,
} as const;

export const Translated = {
  forgotten: 0,
  there: 1,
  gone: 2,
} as const;

export const TranslationLayout = {
  byteLength: 88,
  tag: 0,
  size: 2,
  family: 4,
  protocol: 5,
  change: 6,
  pad: 7,
  netns: 8,
  fromPort: 12,
  toPort: 14,
  serverPort: 16,
  seenPort: 18,
  pad2: 20,
  fromAddress: 24,
  toAddress: 40,
  serverAddress: 56,
  seenAddress: 72,
} as const;

export const DroppedLayout = {
  byteLength: 128,
  tag: 0,
  size: 2,
  family: 4,
  protocol: 5,
  direction: 6,
  pad: 7,
  cookie: 8,
  firstNs: 16,
  lastNs: 24,
  packets: 32,
  bytes: 40,
  netns: 48,
  scope: 52,
  sourcePort: 56,
  destinationPort: 58,
  pad2: 60,
  source: 64,
  destination: 80,
  reason: 96,
} as const;

export const Feature = {
  drops: 1,
  changes: 2,
} as const;

export const DnsAnswerLayout = {
  byteLength: 1280,
  tag: 0,
  size: 2,
  bytes: 4,
  pad: 6,
  timeNs: 8,
  cookie: 16,
  ownerStartNs: 24,
  tgid: 32,
  netns: 36,
  payload: 40,
} as const;

export const TickLayout = {
  byteLength: 88,
  tag: 0,
  size: 2,
  features: 4,
  beginNs: 8,
  timeNs: 16,
  wallNs: 24,
  eventsLost: 32,
  socketsUntracked: 40,
  snapshotErrors: 48,
  udpEvicted: 56,
  udpUntracked: 64,
  dnsUnread: 72,
  socketsApart: 80,
} as const;
