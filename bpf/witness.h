/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the TCP programs, where the kernel runs no tracing program while its first process is current (settings.has_witness): what tcp_witness
 * (tcp_witness.bpf.c) needs. */
#ifndef TCPTOP_WITNESS_H
#define TCPTOP_WITNESS_H

#include "maps.h"

#define FIRST_PROCESS 1 /* in the first PID namespace, whose numbers bpf_get_current_pid_tgid() gives */
#define SOL_TCP 6
#define TCP_BPF_SOCK_OPS_CB_FLAGS 1008 /* since 6.12; older kernels refuse it: no witness for sockets that are older than tcptop */

/* Whether no tracing program runs here. settings.witness_alone: as if none ran anywhere. */
static __always_inline bool witness_is_needed(void)
{
	return settings.witness_alone || bpf_get_current_pid_tgid() >> 32 == FIRST_PROCESS;
}

/* Asks the kernel to tell tcp_witness of this socket's changes of state. For sockets that are older than tcptop: younger ones
 * ask by themselves. From tcp_orphans alone: iter/tcp holds the socket's lock, which bpf_setsockopt() needs. */
static __always_inline void witness_ask(struct sock_common *sk)
{
	int flags = BPF_SOCK_OPS_STATE_CB_FLAG;

	if (settings.has_witness)
		bpf_setsockopt(sk, SOL_TCP, TCP_BPF_SOCK_OPS_CB_FLAGS, &flags, sizeof(flags));
}

#endif
