// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The maps that the TCP programs and the UDP programs both use, and no program. They are made first, and both objects are given them
 * (bpf_map__reuse_fd()): so neither has to be loaded before the other. */
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#include "udp_sockets.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* the shim sets the size before load */
} events SEC(".maps");
