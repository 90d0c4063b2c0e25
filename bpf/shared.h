/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What the TCP programs and the shim tell each other outside of records: settings before load, variables while running
 * (both mapped memory), and the per-CPU counters of what could not be done. */
#ifndef TCPTOP_SHARED_H
#define TCPTOP_SHARED_H

#include <linux/types.h>

#define SOCKETS_MAX 262144 /* of bpf/table.h */

/* .rodata: set between open and load. */
struct tcptop_tcp_settings {
	__u64 wake_at_bytes;   /* unread bytes in the ring from which on a record wakes the reader and a snapshot pauses */
	__u64 openings;        /* 1: each opening has a record of its own */
	__u64 long_names;      /* 1: bpf_probe_read_kernel_str() may be called */
	__u64 pid_namespace;   /* inode number of tcptop's PID namespace; 0: the first one */
};

/* .bss */
struct tcptop_tcp_shared {
	__u64 weak_owners;     /* by the programs: sockets that began without their own process being known */
	__u64 snapshot_end;    /* by the programs: position in the ring behind the last record of the last snapshot */
	__u64 slots;           /* by the programs: slots of bpf/table.h that were ever taken at one time */
	__u64 walk_next;       /* by both: the slot at which the walk of bpf/table.h goes on */
	__u64 witness;         /* by user space: 1 while tcp_witness (bpf/table_witness.bpf.c) is attached */
	__u64 walking;         /* by the programs: 1 while the walk of bpf/table.h is at work, which alone removes entries then */
	__u64 own_executable;  /* by the programs: address of the dentry of tcptop's executable */
	__u64 syn_recv;        /* by the programs: connections in SYN_RECV that the snapshot has met; 0 by user space before it */
	__u32 epoch;           /* by user space, never 0: raised to have every socket described anew */
	__u32 owner_pass;      /* by user space: number of the owner pass under way or last ended, 0: none yet */
	__u32 udp_unsettled;   /* by the programs: the last owner pass that met a UDP socket of which there may be something to tell */
	__u32 met_tgid;        /* by the programs, and 0 by user space before an owner pass: the process whose descriptors it is at */
};

enum tcptop_counter {
	COUNTER_EVENTS_LOST,       /* the ring was full */
	COUNTER_SOCKETS_UNTRACKED, /* no memory for a socket's storage */
	COUNTER_SNAPSHOT_LOST,     /* an iterator's buffer refused a record */
	COUNTER_COUNT,
};

#endif
