// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The object of udp.bpf.c for kernels whose types cgroup programs may read: the look at a datagram's socket and the socket's cookie take no call. Needs BTF,
 * and 6.2 (udp_types.h). */
#include "udp_types.h"

/* Whoever looks at the programs is to see which ones run. */
#define udp_opened_plain udp_opened_types
#define udp_out udp_out_types
#define udp_in udp_in_types
#include "udp_datagrams.bpf.c"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
