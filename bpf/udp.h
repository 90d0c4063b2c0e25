/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What the UDP programs and the shim share besides records: the table of flows and what is remembered for a socket. */
#ifndef TCPTOP_UDP_H
#define TCPTOP_UDP_H

#include <linux/types.h>

/* The programs add flows; user space takes away what has expired and, above UDP_FLOWS_HIGH, what has been idle for longest,
 * down to UDP_FLOWS_LOW. The rest of the table is for what comes in while user space is busy: memory is taken only for flows
 * that are there. A hash that evicts by itself (BPF_MAP_TYPE_LRU_HASH) would drop bytes that nobody has read. */
#define UDP_FLOWS_MAX 131072
#define UDP_FLOWS_HIGH 65536
#define UDP_FLOWS_LOW 49152

struct owner {
	__u64 cgroup_id;
	__u64 start_ns;      /* of the thread group, CLOCK_BOOTTIME; 0: not known */
	__u32 tgid;          /* in the first PID namespace: the process, for the programs */
	__u32 pid;           /* of the thread group, in the PID namespace of tcptop, for records; 0: it is not in there */
	__u32 uid;
	__u32 pad;
	__u8 comm[16];
};

enum ended {
	ENDED = 1,           /* the close record is out */
	ENDED_UNCLAIMED,     /* and the process that still holds the socket is not known yet */
};

/* What is remembered for one socket, in the socket itself: it is freed with it, whatever happens to us. */
struct tracked {
	__u64 cookie;        /* differs from the socket's own in a child that was cloned from its listener */
	__u64 opened_ns;     /* 0: before we watched */
	struct owner owner;
	struct owner candidate; /* another holder, met while looking for the owner's descriptors */
	__u32 owner_pass;    /* last owner pass that met the owner with a descriptor of this socket */
	__u32 candidate_pass;
	__u32 described;     /* epoch in which user space was last told everything; 0: it must be told again */
	__u32 netns;         /* UDP only; 0: not known */
	__u8 how;
	__u8 direction;
	__u8 announced;      /* TCP only: the open record is out */
	__u8 ended;          /* TCP only: enum ended, 0: not yet */
	__u32 slot;          /* bpf/table.h only: where its cookie stands */
	__u64 address;       /* bpf/table.h only: of the struct sock */
	__u64 used_ns;       /* of a listener: when its owner accepted last, as far as that is known; of a UDP socket: not 0 once it was used */
	__u8 several;        /* enum tcptop_several, as the last owner pass found it */
	__u8 listener_several; /* of a connection that came in: `several` of its listener */
	__u8 pad[6];
};

struct udp_key {
	__u64 cookie;
	__u8 remote_address[16]; /* network order, IPv4 as ::ffff:a.b.c.d */
	__u32 scope;         /* interface index, where either address is scoped (udp_flows.h); else 0 */
	__u16 remote_port;
	__u16 pad;
};

struct udp_flow {
	__u64 rx_dropped_bytes; /* of rx_bytes, what then never reached the process */
	__u64 rx_dropped_packets;
	__u64 rx_bytes;
	__u64 tx_bytes;
	__u64 rx_packets;
	__u64 tx_packets;
	__u64 first_ns;
	__u64 last_ns;
	struct owner owner;  /* as known when the flow began */
	__u32 netns;
	__u16 local_port;
	__u8 how;
	__u8 direction;
	__u8 local_address[16]; /* as remote_address */
	__u8 several;
	__u8 pad[7];
};

/* Per CPU, from the start of the source. */
enum udp_counter {
	UDP_ADDED,           /* flows put into the table */
	UDP_UNOWNED,         /* of them, those without an owner */
	UDP_FULL,            /* datagrams without a flow: no room */
	UDP_UNREADABLE,      /* datagrams without a flow: no UDP header where one must be (IPsec, unknown IPv6 extension) */
	UDP_COUNTER_COUNT,
};

#endif
