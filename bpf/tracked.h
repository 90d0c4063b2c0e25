/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For every program: what is remembered for one socket, TCP or UDP, between the hook points at which the socket is met. */
#ifndef TCPTOP_TRACKED_H
#define TCPTOP_TRACKED_H

#include <linux/types.h>

/* A process that owns, or may own, a socket. */
struct owner {
	__u64 cgroup_id;     /* in the cgroup v2 hierarchy */
	__u64 start_ns;      /* of the thread group, CLOCK_BOOTTIME; 0: not known */
	__u32 tgid;          /* in the first PID namespace: names the process to the programs */
	__u32 pid;           /* the same process in tcptop's PID namespace, for records; 0: it is not in that one */
	__u32 uid;           /* effective, in the initial user namespace */
	__u32 pad;
	__u8 comm[16];       /* of the thread group's leader */
};

/* What a TCP socket had when it began its connection, where it had one before: tcp_disconnect() leaves these as they are (Linux 6.18). Else 0. A child of a
 * listener has it from that. */
struct before {
	__u32 times[3];      /* chrono_stat, jiffies */
	__u32 lost;
	__u32 min_rtt_us;
	__u32 pad;
};

/* How far a TCP socket's end has been reported. 0: not at all. */
enum ended {
	ENDED = 1,           /* the close record is out */
	ENDED_UNCLAIMED,     /* it is, but the process that still holds the socket is not known: an owner record may follow */
};

/* One socket. TCP: kept in one of two places (keeper.h). UDP: in the socket's own storage (udp_sockets.h). */
struct tracked {
	__u64 cookie;        /* of the socket; of its listener, in a child of one whose handshake has not ended */
	__u64 address;       /* table.h only: of the struct sock */
	__u32 slot;          /* table.h only: index in socket_slots */
	__u32 owner_pass;    /* last owner pass that met a descriptor of this socket in the owner's hands */
	__u32 candidate_pass;
	__u32 described;     /* the epoch (shared.h) in which user space was last sent everything about it; 0: send everything again */
	__u8 how;            /* enum tcptop_owner_how */
	__u8 direction;      /* enum tcptop_direction */
	__u8 announced;      /* TCP only: the open record is out */
	__u8 ended;          /* TCP only: enum ended */
	__u8 several;        /* enum tcptop_several, as the last owner pass found it */
	__u8 listener_several; /* of a connection that came in: `several` of its listener */
	__u8 still;          /* TCP only: 1: still_told was that of two snapshots in a row */
	__u8 named;          /* UDP only: 1: it has sent to an address that it was not connected to */
	__u32 still_told;    /* TCP only: still_sum() of the last snapshot that told of it */
	__u32 limits_told;   /* TCP only: limits_sum() of what was told last of what holds it up */
	__u32 path_told;     /* TCP only: path_sum() when its path was told last */
	__u32 connect_us;    /* TCP only: how long its handshake took; 0: not known */
	/* Up to here is what the walk of the tick looks at (snapshot.h), as a rule in one cache line. */
	__u64 opened_ns;     /* CLOCK_BOOTTIME; 0: opened before we watched */
	struct owner owner;
	struct owner candidate; /* another process that holds a descriptor; meaningful where candidate_pass is the last owner pass */
	__u64 used_ns;       /* listener: when its owner last accepted, 0: not seen to; UDP socket: 1 once it was seen to be used */
	__u32 netns;         /* UDP only: inode number; 0: not known */
	__u32 pad2;
	struct before before; /* TCP only */
};

#endif
