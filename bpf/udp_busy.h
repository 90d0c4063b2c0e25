/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For udp_flow.h and udp_drops.bpf.c: counters of busy flows, found without a call, where the look-up in the table takes 50 ns. User space gives flows their places and takes them
 * away (ffi/bpf/busy.c); a flow has had what the table and its place say, together. Never one of a name server, whose answers dns.h looks at. */
#ifndef TCPTOP_UDP_BUSY_H
#define TCPTOP_UDP_BUSY_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "udp.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE); /* since 5.5, commit fc9702273e2e */
	__uint(max_entries, UDP_BUSY_PLACES);
	__type(key, __u32);
	__type(value, struct udp_busy);
} udp_busy SEC(".maps");

/* struct udp_key, in which words are compared. */
struct udp_words {
	__u64 cookie;
	__u64 address[2];
	__u64 rest;          /* scope, remote port, nothing: both machines that we know are little-endian */
};

/* NULL: the flow has no place. */
static __always_inline struct udp_busy *udp_busy_find(const struct udp_words *w)
{
	__u32 place = udp_busy_place(w->cookie, w->address[1] >> 32, w->rest >> 32);
	struct udp_busy *busy = bpf_map_lookup_elem(&udp_busy, &place);
	const __u64 *key;

	if (!busy)
		return NULL;
	key = (const void *)&busy->key;
	return key[0] == w->cookie && key[1] == w->address[0] && key[2] == w->address[1] && key[3] == w->rest ? busy : NULL;
}

#endif
