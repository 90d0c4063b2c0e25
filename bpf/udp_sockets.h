/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the programs that count UDP and for those that find its owners, which are objects of their own: the map that both use. The shim makes
 * it one map (shared_maps.bpf.c). */
#ifndef TCPTOP_UDP_SOCKETS_H
#define TCPTOP_UDP_SOCKETS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "tracked.h"

/* In the socket's own storage: freed with it, whatever happens to tcptop. */
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct tracked);
} udp_sockets SEC(".maps");

#endif
