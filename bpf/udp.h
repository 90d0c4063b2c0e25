/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the UDP programs and the shim: the entries of the table of flows that the ones fill and the other reads, and the counters beside it. */
#ifndef TCPTOP_UDP_H
#define TCPTOP_UDP_H

#include <linux/types.h>

#include "tracked.h"

/* The programs add flows; user space removes those that have expired and, when there are more than UDP_FLOWS_HIGH, those idle for longest until
 * UDP_FLOWS_LOW are left. The room up to UDP_FLOWS_MAX is for flows that begin before user space comes to it; it takes no memory while empty.
 * A hash that evicts by itself (BPF_MAP_TYPE_LRU_HASH) would lose bytes that were not read yet. */
#define UDP_FLOWS_MAX 131072
#define UDP_FLOWS_HIGH 65536
#define UDP_FLOWS_LOW 49152
/* User space comes once an interval; after so many new flows on one CPU it is woken. */
#define UDP_FLOWS_WAKE 16384

/* Answers of name servers. */
#define DNS_PORT 53
#define DNS_ANSWERS_A_SECOND 1000
#define DNS_RING_BYTES 1048576 /* where the TCP programs are not loaded, whose ring it is else */
#define DNS_SHORT_BYTES 216
#define DNS_MIDDLE_BYTES 472
#define DNS_LONG_BYTES 1240    /* a datagram of more would not fit every link (RFC 9715): servers are asked for 1,232 at most */

struct udp_settings {
	__u64 watch_dns;
	__u64 wake;          /* 1: new flows wake who reads the ring */
};

/* .bss */
struct udp_shared {
	__u64 knows_named;   /* by user space: 1: `named` of struct tracked is set, since udp_sends4 and udp_sends6 are attached, which come with TCP's programs */
	__u64 woken_ns;      /* by the programs: when they last woke user space since a flow has become busy */
};

struct udp_key {
	__u64 cookie;
	__u8 remote_address[16]; /* network order, IPv4 as ::ffff:a.b.c.d */
	__u32 scope;         /* interface index, where either address is scoped (udp_flows.h); else 0 */
	__u16 remote_port;
	__u16 pad;
};

struct udp_traffic {
	__u64 rx_bytes;
	__u64 tx_bytes;
	__u64 rx_packets;
	__u64 tx_packets;
	__u64 rx_dropped_bytes; /* of rx_bytes: dropped before the process could read them */
	__u64 rx_dropped_packets;
	__u64 last_ns;       /* up to a jiffy before the last datagram */
	__u32 last_jiffy;    /* in which last_ns was read; the next one is read in another */
	__u32 pad;
};

struct udp_flow {
	struct udp_traffic traffic; /* but for what was counted in its place (struct udp_busy) */
	__u64 first_ns;
	struct owner owner;  /* of the socket, when the flow began */
	__u32 netns;
	__u16 local_port;
	__u8 how;
	__u8 direction;
	__u8 local_address[16]; /* as remote_address of struct udp_key */
	__u8 several;
	__u8 busy_told;      /* 1: user space has been told that it has UDP_BUSY_MANY datagrams */
	__u8 pad[6];
};

/* Flows that have many datagrams are counted in places of their own, which the programs find without a call (udp_busy.h). Their entries in the table stay. */
#define UDP_BUSY_MANY 1000 /* datagrams, since the flow began: a place for fewer would not be worth the look at the flow */
#define UDP_BUSY_REST_NS 100000000ull /* user space is not woken more often to give places */
#define UDP_BUSY_BITS 10
#define UDP_BUSY_PLACES (1 << UDP_BUSY_BITS)

struct udp_busy {
	struct udp_key key;  /* cookie 0: nobody's */
	__u64 pad[4];        /* what follows is written for each datagram: a cache line of its own */
	struct udp_traffic traffic;
};

/* The only place that a flow may have, by what is least alike among flows; `last` is the last word of its remote address, as it is in the packet. */
static inline __attribute__((always_inline)) __u32 udp_busy_place(__u64 cookie, __u32 last, __u16 remote_port)
{
	return ((__u32)cookie * 31 + remote_port + last) * 2654435769u >> (32 - UDP_BUSY_BITS); /* Knuth's multiplicative hash */
}

/* How many datagrams a socket has lost since it was made, for kernels that do not tell each (udp_drops.bpf.c). */
struct udp_loss {
	__u64 cookie;
	__u32 drops;
	__u16 is_older;      /* than us: some of them may be from before */
	__u16 in_packets;    /* it takes several datagrams as one packet (UDP_GRO), which is one here */
};

/* Per CPU. They only grow. */
enum udp_counter {
	UDP_ADDED,           /* flows put into the table */
	UDP_BUSY,            /* of them, those that have had UDP_BUSY_MANY datagrams */
	UDP_UNOWNED,         /* of them, those without an owner */
	UDP_FULL,            /* datagrams without a flow: no room */
	UDP_UNREADABLE,      /* datagrams without a flow: no UDP header where one must be (IPsec, unknown IPv6 extension) */
	UDP_DNS_UNREAD,      /* answers of name servers that were not copied */
	UDP_COUNTER_COUNT,
};

#endif
