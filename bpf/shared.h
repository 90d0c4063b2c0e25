/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the TCP programs and the shim: what they exchange beside records. Settings are written before load; variables are the programs' .bss,
 * which the shim maps; per-CPU counters count what could not be done. */
#ifndef TCPTOP_SHARED_H
#define TCPTOP_SHARED_H

#include <linux/types.h>

#define SOCKETS_MAX 262144 /* entries of the table of sockets (bpf/table.h) */

/* .rodata: set between open and load. */
struct tcptop_tcp_settings {
	__u64 wake_at_bytes;   /* unread bytes in the ring from which on a record wakes the reader and a snapshot pauses */
	__u64 openings;        /* 1: each opening has a record of its own */
	__u64 long_names;      /* 1: bpf_probe_read_kernel_str() may be called */
	__u64 jiffy_ns;        /* length of a jiffy: 1 / CONFIG_HZ, as clocks of that resolution have it (clock_getres()) */
	__u64 pid_namespace;   /* inode number of tcptop's PID namespace; 0: the first one */
	__u64 has_witness;     /* 1: tcp_witness (tcp_witness.bpf.c) is attached */
	__u64 witness_alone;   /* 1, for tests: it alone tells of openings and ends */
	__u32 sock_type;       /* number of struct sock among the kernel's types */
	__u32 tcp_sock_type;   /* of struct tcp_sock */
};

/* .bss */
struct tcptop_tcp_shared {
	__u64 weak_owners;     /* by the programs: sockets that were first seen without an owner, or with their listener's; only grows */
	__u64 snapshot_end;    /* by the programs: position in the ring behind the last record of the last snapshot */
	__u64 slots;           /* by the programs: the most slots of bpf/table.h that were in use at one time */
	__u64 walk_next;       /* by both: the slot at which the walk (bpf/table_walk.bpf.c) goes on; 0 by user space before a snapshot */
	__u64 walking;         /* by the programs: 1 while the walk runs; then it alone removes entries from the table */
	__u64 own_executable;  /* by the programs: address of the dentry of tcptop's executable */
	__u64 apart;           /* by the programs: connections that are open and found no room in bpf/table.h */
	__u64 syn_recv;        /* by the programs: connections in SYN_RECV that the snapshot has met; 0 by user space before a snapshot */
	__u64 changes;         /* by user space: 1: the snapshot leaves out connections of which nothing has changed (snapshot_is_still()) */
	__u64 ended_untold;    /* by the programs: connections that ended and were freed unseen, and whose memory was used again before a walk came by */
	__u64 notes;           /* by user space before such a walk: 1: it notes in still_sockets which sockets it meets */
	__u64 still;           /* by the programs: sockets in still_sockets; 0 by user space before the walk */
	__u64 still_next;      /* by both: the one at which tcp_still goes on; 0 by user space before it */
	__u64 moving;          /* by the programs: 1: the walk has met one that is not noted, or tcp_still one that has changed; 0 by user space before the walk */
	__u64 owners_met;      /* by user space: 1: an owner pass came before this snapshot */
	__u32 epoch;           /* by user space, never 0: raised to be sent a full record of every socket again */
	__u32 owner_pass;      /* by user space: number of the owner pass that runs or ran last; 0: none yet */
	__u32 udp_unreported;   /* by the programs: the last owner pass after which a UDP socket may have a TAG_UDP_OWNER record to send */
	__u32 pass_thread;     /* by the programs: id of the thread that makes the owner pass */
	__u32 pad;
	__u32 met_tgid;        /* by the programs: the process whose descriptors the owner pass is at; 0 by user space before a pass */

	/* By the programs: 1: a socket's state, or what is kept of it, may have changed; 0 by user space before a walk over all (still.h). All processors write to it,
	 * and read what stands above: it has a cache line of its own. */
	__u64 line[6];
	__u64 stirred;
};
_Static_assert(__builtin_offsetof(struct tcptop_tcp_shared, stirred) % 64 == 0, "a cache line of its own");

enum tcptop_counter {
	COUNTER_EVENTS_LOST,       /* records: the ring was full */
	COUNTER_SOCKETS_UNTRACKED, /* sockets: no memory for their struct tracked, or no room in the table */
	COUNTER_SNAPSHOT_LOST,     /* records: bpf_seq_write() failed */
	COUNTER_COUNT,
};

#endif
