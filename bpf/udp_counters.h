/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the programs that make flows of UDP: how many, and what could not be done. */
#ifndef TCPTOP_UDP_COUNTERS_H
#define TCPTOP_UDP_COUNTERS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "udp.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, UDP_COUNTER_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} udp_counters SEC(".maps");

/* Atomic, though per CPU: a softirq may interrupt a sender here, and on a preemptible kernel another sender. */
static __always_inline __u64 *udp_count(__u32 which)
{
	__u64 *value = bpf_map_lookup_elem(&udp_counters, &which);

	if (value)
		__sync_fetch_and_add(value, 1);
	return value;
}

#endif
