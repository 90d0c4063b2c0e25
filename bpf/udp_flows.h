/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the programs that count UDP datagrams and those that count drops: the table of flows, and what its keys are made of. */
#ifndef TCPTOP_UDP_FLOWS_H
#define TCPTOP_UDP_FLOWS_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

#include "udp.h"

/* Without preallocation: an empty entry takes no memory. */
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

/* Whether the address means another host on another interface: fe80::/10, and multicast of less than global scope, ff01:: to ff0d:: (RFC
 * 4291, 2.7). */
static __always_inline bool is_scoped(const __u8 address[16])
{
	if (address[0] == 0xff)
		return (address[1] & 15) < 14;
	return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

#endif
