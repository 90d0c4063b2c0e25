/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The table of flows, for the programs that count and for those that tell what was lost. */
#ifndef TCPTOP_UDP_FLOWS_H
#define TCPTOP_UDP_FLOWS_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "udp.h"

/* Without preallocation: what no flow needs is not taken from the machine. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, UDP_FLOWS_MAX);
	__type(key, struct udp_key);
	__type(value, struct udp_flow);
} udp_flows SEC(".maps");

static __always_inline void address_map_v4(__u8 to[16], const __u8 from[4])
{
	__builtin_memset(to, 0, 10);
	__builtin_memset(to + 10, 0xff, 2);
	__builtin_memcpy(to + 12, from, 4);
}

/* fe80::/10, and groups of less than global scope, ff01:: to ff0d:: (RFC 4291, 2.7): the same address is another one on another link. */
static __always_inline bool is_scoped(const __u8 address[16])
{
	if (address[0] == 0xff)
		return (address[1] & 15) < 14;
	return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

#endif
