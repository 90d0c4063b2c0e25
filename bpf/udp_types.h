/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For udp_types.bpf.c: the socket of a datagram, read as the kernel's own programs read it. */
#ifndef TCPTOP_UDP_TYPES_H
#define TCPTOP_UDP_TYPES_H

#include "kernel.h"

struct sk_buff { struct sock *sk; } KERNEL_TYPE;

/* From the program's context to the kernel's struct sk_buff, by an instruction that the verifier puts in place of the call. Since 6.2 (commit fd264ca02094). */
extern void *bpf_cast_to_kern_ctx(void *context) __ksym;

/* Whether it is one of UDP. Its cookie: 0 where the kernel has not given it one yet. __cgroup_bpf_run_filter_skb() sets skb->sk to the socket that sends, or that
 * is given the datagram. */
static __always_inline bool udp_socket_by_types(struct __sk_buff *context, u64 *cookie)
{
	struct sk_buff *skb = bpf_cast_to_kern_ctx(context);
	struct sock *sk = skb->sk;

	if (!sk || sk->sk_protocol != IPPROTO_UDP)
		return false;
	*cookie = sk->__sk_common.skc_cookie.counter;
	return true;
}

#endif
