// The structs that net.inet.{tcp,udp}.pcblist_n and proc_pidinfo(PROC_PIDT_SHORTBSDINFO) fill, with the fields, types and packing of
// Apple's published headers (bsd/netinet/in_pcb.h, tcp_var.h, bsd/sys/socketvar.h, proc_info.h), filled here with odd values. Needs no
// header of a system. MACOS: 1014, 12, 13, 15.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define NETWORK(port) (u16)((port) >> 8 | (port) << 8)
#define RECORD(type, kind) (u32)sizeof(struct type), kind

struct in_addr_4in6 { u32 pad[3]; u8 addr[4]; };
union address { struct in_addr_4in6 v4; u8 v6[16]; };

struct xinpgen { u32 xig_len, xig_count; u64 xig_gen, xig_sogen; };

#pragma pack(4)
struct xinpcb_n {
  u32 xi_len, xi_kind;
  u64 xi_inpp;
  u16 inp_fport, inp_lport;
  u64 inp_ppcb, inp_gencnt;
  int inp_flags;
  u32 inp_flow;
  u8 inp_vflag, inp_ip_ttl, inp_ip_p;
  union address inp_dependfaddr, inp_dependladdr;
  struct { u8 inp4_ip_tos; } inp_depend4;
  struct { u8 inp6_hlim; int inp6_cksum; u16 inp6_ifindex; short inp6_hops; } inp_depend6;
  u32 inp_flowhash, inp_flags2;
};

struct xsocket_n {
  u32 xso_len, xso_kind;
  u64 xso_so;
  short so_type;
  u32 so_options;
  short so_linger, so_state;
  u64 so_pcb;
  int xso_protocol, xso_family;
  short so_qlen, so_incqlen, so_qlimit, so_timeo;
  u16 so_error;
  int so_pgid;
  u32 so_oobmark, so_uid;
  int so_last_pid, so_e_pid;
#if MACOS >= 13 && MACOS != 1014
  u64 so_gencnt;
  u32 so_flags, so_flags1;
  int so_usecount, so_retaincnt;
  u32 xso_filter_flags;
#endif
};

struct xsockbuf_n { u32 xsb_len, xsb_kind, sb_cc, sb_hiwat, sb_mbcnt, sb_mbmax; int sb_lowat; short sb_flags, sb_timeo; };

struct xsockstat_n { u32 xst_len, xst_kind; struct { u64 rxpackets, rxbytes, txpackets, txbytes; } xst_tc_stats[4]; };

struct xtcpcb_n {
  u32 xt_len, xt_kind;
  u64 t_segq;
  int t_dupacks, t_timer[4], t_state;
  u32 t_flags;
  int t_force;
  u32 snd_una, snd_max, snd_nxt, snd_up, snd_wl1, snd_wl2, iss, irs, rcv_nxt, rcv_adv, rcv_wnd, rcv_up;
  u32 snd_wnd, snd_cwnd, snd_ssthresh, t_maxopd, t_rcvtime, t_starttime;
  int t_rtttime;
  u32 t_rtseq;
  int t_rxtcur;
  u32 t_maxseg;
  int t_srtt, t_rttvar, t_rxtshift;
  u32 t_rttmin, max_sndwnd;
  int t_softerror;
  char t_oobflags, t_iobc;
  u8 snd_scale, rcv_scale, request_r_scale, requested_s_scale;
  u32 ts_recent, ts_recent_age, last_ack_sent, cc_send, cc_recv, snd_recover, snd_cwnd_prev, snd_ssthresh_prev, t_badrxtwin;
};
#pragma pack()

struct proc_bsdshortinfo {
  u32 pbsi_pid, pbsi_ppid, pbsi_pgid, pbsi_status;
  char pbsi_comm[16];
  u32 pbsi_flags, pbsi_uid, pbsi_gid, pbsi_ruid, pbsi_rgid, pbsi_svuid, pbsi_svgid, pbsi_rfu;
};

_Static_assert(sizeof(struct xinpgen) == 24 && sizeof(struct xinpcb_n) == 104 && sizeof(struct xtcpcb_n) == 204, "xnu-4903 to 11417");
_Static_assert(sizeof(struct xsocket_n) == (MACOS == 1014 || MACOS < 13 ? 76 : 104), "xnu-8020 and before, xnu-8792 and after");
_Static_assert(sizeof(struct xsockbuf_n) == 32 && sizeof(struct xsockstat_n) == 136 && sizeof(struct proc_bsdshortinfo) == 64, "");

#define ALIGNED __attribute__((aligned(8)))
// As the kernel writes it: every record at a multiple of 8.
__attribute__((used, section("__DATA,__list"))) const struct {
  ALIGNED struct xinpgen begin;
  ALIGNED struct xinpcb_n tcp;
  ALIGNED struct xsocket_n tcp_socket;
  ALIGNED struct xsockbuf_n received, sent;
  ALIGNED struct xsockstat_n stat;
  ALIGNED struct xtcpcb_n tcpcb;
  ALIGNED struct xinpcb_n udp;
  ALIGNED struct xsocket_n udp_socket;
  ALIGNED struct xinpgen end;
} list = {
  .begin = { sizeof(struct xinpgen), 2, 77, 78 },
  .tcp = { RECORD(xinpcb_n, 0x10), .inp_fport = NETWORK(443), .inp_lport = NETWORK(51234), .inp_gencnt = 0x100000007ull,
    .inp_flags = -1, .inp_vflag = 1, .inp_ip_ttl = 64, .inp_ip_p = 6,
    .inp_dependfaddr.v4 = { { ~0u, ~0u, ~0u }, { 198, 51, 100, 20 } }, .inp_dependladdr.v4 = { { ~0u, ~0u, ~0u }, { 192, 0, 2, 10 } } },
  .tcp_socket = { RECORD(xsocket_n, 1), .so_state = 2, .so_pgid = 9, .so_oobmark = 8, .so_uid = 501, .so_last_pid = 4711, .so_e_pid = 0 },
  .received = { RECORD(xsockbuf_n, 2), .sb_cc = 5 },
  .sent = { RECORD(xsockbuf_n, 4), .sb_cc = 6 },
  .stat = { RECORD(xsockstat_n, 8), { { 1, 2, 3, 4 } } },
  .tcpcb = { RECORD(xtcpcb_n, 0x20), .t_timer = { 1, 2, 3, 4 }, .t_state = 4, .t_flags = 11, .t_maxseg = 1448, .t_srtt = 467, .t_rttvar = 99 },
  .udp = { RECORD(xinpcb_n, 0x10), .inp_lport = NETWORK(5353), .inp_gencnt = 9, .inp_vflag = 2,
    .inp_dependladdr.v6 = { 0xfe, 0x80, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7 } },
  .udp_socket = { RECORD(xsocket_n, 1), .so_uid = 65, .so_last_pid = 300, .so_e_pid = 4712 },
  .end = { sizeof(struct xinpgen), 2, 79, 80 },
};

__attribute__((used, section("__DATA,__info"))) const struct proc_bsdshortinfo info = {
  4711, 1, 4711, 2, "com.example.hel", 0x4004, 501, 20, 502, 21, 503, 22, 0,
};
