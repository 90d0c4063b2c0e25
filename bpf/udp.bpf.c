// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The object of programs that count UDP. Nothing here needs BTF. */
#include "udp_datagrams.bpf.c"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
