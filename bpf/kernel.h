/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For every program that needs BTF: the kernel's types, with only the fields that are read. preserve_access_index has libbpf relocate each
 * access to where the running kernel's BTF has the field (CO-RE), so order and size here do not matter. */
#ifndef TCPTOP_KERNEL_H
#define TCPTOP_KERNEL_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#ifndef barrier
#define barrier() asm volatile("" ::: "memory")
#endif
#define EOVERFLOW 75
#define KERNEL_TYPE __attribute__((preserve_access_index))

/* uapi and include/net values that never changed: part of the tracepoint's or the socket layer's ABI. */
#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_MPTCP 262
#define SOCK_DGRAM 2 /* include/linux/net.h: not so on MIPS */
#define PF_EXITING 0x00000004 /* include/linux/sched.h */
#define PF_KTHREAD 0x00200000

enum tcp_state {              /* include/net/tcp_states.h */
	TCP_ESTABLISHED = 1, TCP_SYN_SENT, TCP_SYN_RECV, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_TIME_WAIT,
	TCP_CLOSE, TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_LISTEN, TCP_CLOSING,
};

enum sock_flags { SOCK_DEAD, SOCK_DONE, SOCK_URGINLINE, SOCK_KEEPOPEN, SOCK_LINGER }; /* include/net/sock.h: the first ones, in this order since 2.6 */

struct ns_common { u32 inum; } KERNEL_TYPE;
struct net { struct ns_common ns; } KERNEL_TYPE;
typedef struct { struct net *net; } possible_net_t;
struct in6_addr { union { __be32 u6_addr32[4]; } in6_u; } KERNEL_TYPE;
typedef struct { int counter; } KERNEL_TYPE atomic_t;
typedef struct { long long counter; } KERNEL_TYPE atomic64_t;
typedef struct { atomic_t refs; } KERNEL_TYPE refcount_t;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	int skc_bound_dev_if;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	unsigned long skc_flags;
	refcount_t skc_refcnt;
	atomic64_t skc_cookie;
} KERNEL_TYPE;

typedef struct { int owned; } KERNEL_TYPE socket_lock_t;
struct sk_buff;
struct sk_buff___cb { char cb[48]; } KERNEL_TYPE;
struct sk_buff_head {
	struct sk_buff *next;
	u32 qlen;
} KERNEL_TYPE;
struct sock_extended_err {
	u32 ee_errno;
	u8 ee_origin;
} KERNEL_TYPE;
struct sock_exterr_skb { struct sock_extended_err ee; } KERNEL_TYPE;
struct socket;
struct numa_drop_counters {
	atomic_t drops0;
	atomic_t drops1;
} KERNEL_TYPE;

struct sock {
	struct sock_common __sk_common;
	socket_lock_t sk_lock;
	u16 sk_type;
	u16 sk_protocol;
	u8 sk_kern_sock : 1;
	struct socket *sk_socket;
	int sk_err;
	int sk_err_soft;
	u8 sk_shutdown;
	struct sk_buff_head sk_receive_queue;
	struct sk_buff_head sk_error_queue;
	unsigned long sk_lingertime;
	u32 sk_ack_backlog;
	u32 sk_max_ack_backlog;
	unsigned long sk_pacing_rate; /* ~0: not paced */
	atomic_t sk_drops;
	struct numa_drop_counters *sk_drop_counters; /* since 6.18, and then in the place of sk_drops where it is set */
} KERNEL_TYPE;

struct udp_sock {
	u8 encap_type;
	unsigned long udp_flags; /* since 6.7 */
} KERNEL_TYPE;
struct udp_sock___6_6 { unsigned int gro_enabled : 1; } KERNEL_TYPE;

struct request_sock;
struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
} KERNEL_TYPE;
struct request_sock_queue { atomic_t qlen; } KERNEL_TYPE; /* of a listener: connections whose handshake has not ended */
struct tcp_congestion_ops {
	char name[16];
	u32 key; /* a hash of the name */
} KERNEL_TYPE;
struct inet_connection_sock {
	struct inet_sock icsk_inet;
	struct request_sock_queue icsk_accept_queue;
	const struct tcp_congestion_ops *icsk_ca_ops;
	void *icsk_ulp_data;
	struct { u32 lrcvtime; } icsk_ack; /* jiffies */
} KERNEL_TYPE;
struct mptcp_subflow_context { struct sock *conn; } KERNEL_TYPE;

struct minmax_sample { u32 v; } KERNEL_TYPE;
struct minmax { struct minmax_sample s[3]; } KERNEL_TYPE;
enum tcp_chrono { TCP_CHRONO_UNSPEC, TCP_CHRONO_BUSY, TCP_CHRONO_RWND_LIMITED, TCP_CHRONO_SNDBUF_LIMITED };

struct tcp_sock {
	struct inet_connection_sock inet_conn;
	struct request_sock *fastopen_rsk; /* of a child of TCP Fast Open, until its handshake has ended */
	u64 bytes_received;
	u64 bytes_acked;
	u32 snd_una;
	u32 snd_nxt;
	u32 write_seq;
	u64 bytes_sent;
	u64 bytes_retrans;
	u32 segs_in;
	u32 segs_out;
	u32 srtt_us;    /* smoothed round trip, microseconds times 8 */
	u32 mdev_us;    /* its mean deviation, microseconds times 4 */
	u32 snd_cwnd;
	u32 total_retrans;
	u32 rcv_nxt;
	u32 copied_seq;
	u32 mss_cache;
	u32 snd_ssthresh;
	u32 lsndtime;       /* jiffies */
	u32 lost;
	u32 lost_out;
	u32 snd_wnd;
	u32 delivered_ce;
	u32 reord_seen;
	u32 dsack_dups;
	u32 rate_delivered; /* segments, in rate_interval_us */
	u32 rate_interval_us;
	u16 total_rto;      /* since 6.7 */
	u32 chrono_start;   /* jiffies */
	u32 chrono_stat[3]; /* jiffies, by enum tcp_chrono - 1, without the one that runs since chrono_start */
	u8 chrono_type : 2; /* the one that runs */
	u8 rate_app_limited : 1;
	u8 is_cwnd_limited : 1;
	u8 repair : 1; /* TCP_REPAIR: nothing is sent */
	struct minmax rtt_min; /* microseconds; ~0 before the first */
	bool is_mptcp; /* since 5.6, with CONFIG_MPTCP */
	u8 bpf_sock_ops_cb_flags;
} KERNEL_TYPE;

typedef struct { u32 val; } kuid_t;
struct cred { kuid_t euid; } KERNEL_TYPE;
struct kernfs_node { u64 id; } KERNEL_TYPE;
struct cgroup { struct kernfs_node *kn; } KERNEL_TYPE;
struct css_set { struct cgroup *dfl_cgrp; } KERNEL_TYPE;

struct nsproxy { struct net *net_ns; } KERNEL_TYPE;

struct qstr {
	u32 len;
	const unsigned char *name;
} KERNEL_TYPE;
union shortname_store { unsigned char string[40]; } KERNEL_TYPE;
struct dentry {
	struct qstr d_name;
	union shortname_store d_shortname; /* since 6.14 */
} KERNEL_TYPE;
struct dentry___6_13 { unsigned char d_iname[32]; } KERNEL_TYPE;
struct path { struct dentry *dentry; } KERNEL_TYPE;
struct file { struct path f_path; } KERNEL_TYPE;
struct mm_struct { struct file *exe_file; } KERNEL_TYPE;

struct pid_namespace { struct ns_common ns; } KERNEL_TYPE;
struct upid {
	int nr;
	struct pid_namespace *ns;
} KERNEL_TYPE;
struct pid {
	unsigned int level;
	struct upid numbers[1];
} KERNEL_TYPE;

struct task_struct {
	struct pid *thread_pid;
	unsigned int flags;
	int tgid;
	u64 start_boottime;
	char comm[16];
	const struct cred *cred;
	struct css_set *cgroups;
	struct nsproxy *nsproxy;
	struct task_struct *group_leader;
	struct task_struct *real_parent;
	struct mm_struct *mm;
} KERNEL_TYPE;

/* What a system call is known by, where registers are kept at its entry: on x86-64, and on arm64. */
struct pt_regs___orig_ax { unsigned long orig_ax; } KERNEL_TYPE;
struct pt_regs___syscallno { int syscallno; } KERNEL_TYPE;

struct seq_file;
struct bpf_map;
struct socket { struct sock *sk; } KERNEL_TYPE;
struct bpf_iter_meta {
	struct seq_file *seq;
	u64 seq_num;
} KERNEL_TYPE;

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	u32 fd;
	struct file *file;
} KERNEL_TYPE;

struct bpf_iter__bpf_sk_storage_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	struct sock *sk;
	void *value;
} KERNEL_TYPE;

struct bpf_iter__bpf_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
} KERNEL_TYPE;

struct bpf_iter__udp {
	struct bpf_iter_meta *meta;
	struct udp_sock *udp_sk;
} KERNEL_TYPE;

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
} KERNEL_TYPE;

#endif
