/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Where the TCP programs keep what they know, and the settings they run by. */
#ifndef TCPTOP_MAPS_H
#define TCPTOP_MAPS_H

#include "kernel.h"
#include "record.h"
#include "shared.h"

struct owner {
	u64 cgroup_id;
	u64 start_ns;
	u32 tgid;
	u32 uid;
	u8 comm[16];
};

/* What is remembered for one socket, in the socket itself: it is freed with it, whatever happens to us. */
struct tracked {
	u64 cookie;          /* differs from the socket's own in a child that was cloned from its listener */
	u64 opened_ns;
	struct owner owner;
	struct owner candidate; /* another holder, met while looking for the owner's descriptors */
	u32 owner_pass;      /* last owner pass that met the owner with a descriptor of this socket */
	u32 candidate_pass;
	u32 described;       /* epoch in which user space was last told everything; 0: it must be told again */
	u8 how;
	u8 direction;
	u8 ended;            /* the close record is out, only the closer is still to be told */
	u8 pad;
};

/* BPF_F_CLONE: an accepted socket starts with its listener's value (bpf_sk_storage_clone(), called by
 * sk_clone_lock()), so the listener's owner is known without a look-up while the handshake is handled in softirq. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct tracked);
} tracked_sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* set before load */
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTER_COUNT);
	__type(key, u32);
	__type(value, u64);
} counters SEC(".maps");

const volatile struct tcptop_tcp_settings settings = {};
struct tcptop_tcp_shared shared = {};

static __always_inline void weak_owner(void)
{
	__sync_fetch_and_add(&shared.weak_owners, 1);
}

static __always_inline void count(u32 which)
{
	u64 *value = bpf_map_lookup_elem(&counters, &which);

	if (value)
		*value += 1; /* per CPU, and a program is never preempted by another that counts the same event twice */
}

#endif
