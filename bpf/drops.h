/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For drops.bpf.c and the shim: packets that the kernel threw away, by flow, direction and reason. */
#ifndef TCPTOP_DROPS_H
#define TCPTOP_DROPS_H

#include <linux/types.h>

/* User space takes out what has been idle for a while. The maps take no memory while nothing is dropped. */
#define DROPS_MAX 8192
#define DROPS_REST_MAX 1024
#define DROP_REASONS 256 /* of enum skb_drop_reason; reasons of other subsystems have bits from 16 on */

/* .rodata: set between open and load. */
struct drop_settings {
	__u8 told[DROP_REASONS]; /* by the kernel's number: 1: a loss, to be counted */
	__u64 told_others;     /* the same for reasons of other subsystems */
	__u64 paws;            /* TCP_RFC7323_PAWS; 0: the kernel has no such reason */
	__u64 udp;             /* 1: udp_flows and udp_sockets are those of the UDP programs */
};

/* The packet's own ends. Without padding that is not named: all bytes are compared. */
struct drop_key {
	__u64 cookie;        /* of the socket that sent it or was to have it; 0: not known, then the addresses tell */
	__u8 source[16];     /* network order, IPv4 as ::ffff:a.b.c.d; 0 where the packet has no header (yet), and none is known of its socket */
	__u8 destination[16];
	__u32 netns;         /* inode number; 0: not known */
	__u32 scope;         /* interface index, where an address is scoped (udp_flows.h); else 0 */
	__u32 reason;        /* enum skb_drop_reason of the running kernel */
	__u16 source_port;
	__u16 destination_port;
	__u8 protocol;       /* 6 or 17 */
	__u8 direction;      /* enum tcptop_direction, as the socket sees it; DIRECTION_UNKNOWN where cookie is 0 */
	__u8 pad[6];
};

struct drop_count {
	__u64 packets;       /* on the wire: one for each segment of a GSO or GRO packet */
	__u64 bytes;         /* payload */
	__u64 first_ns;
	__u64 last_ns;
};

/* What finds no room in the table is counted by reason alone. */
struct drop_rest_key {
	__u32 reason;
	__u8 direction;
	__u8 protocol;
	__u8 pad[2];
};

/* .bss, by the programs. */
struct drop_shared {
	__u64 last_ns;       /* of the packet that was counted last, its figures before: changes with every drop */
	__u64 added;         /* entries put into the table */
	__u64 uncounted;     /* packets for which not even the reason's count had room */
};

#endif
