/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the TCP programs: the ring that records leave by, the counters, the settings, and the variables shared with the shim. */
#ifndef TCPTOP_MAPS_H
#define TCPTOP_MAPS_H

#include "kernel.h"
#include "record.h"
#include "shared.h"
#include "tracked.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* never made: the shim gives the one of shared_maps.bpf.c */
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTER_COUNT);
	__type(key, u32);
	__type(value, u64);
} counters SEC(".maps");

const volatile struct tcptop_tcp_settings settings = {};
struct tcptop_tcp_shared shared = {};

/* User space runs an owner pass when this has grown. */
static __always_inline void count_weak_owner(void)
{
	__sync_fetch_and_add(&shared.weak_owners, 1);
}

static __always_inline void count(u32 which)
{
	u64 *value = bpf_map_lookup_elem(&counters, &which);

	if (value)
		__sync_fetch_and_add(value, 1); /* a softirq may run another program on this CPU in between */
}

#endif
