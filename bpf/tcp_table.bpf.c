// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The object of tcp.bpf.c for kernels that refuse to iterate over socket storage (table.h). What walks there has another way here. */
#include "table.h"

#include "tcp_state.bpf.c"
#include "tcp_owners.bpf.c"
#include "tcp_witness.bpf.c"
#include "udp_owners.bpf.c"
#include "udp_tunnels.bpf.c"
#include "table_walk.bpf.c"
#include "tcp_still.bpf.c"
#include "table_udp.bpf.c"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
