/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What a UDP socket has lost, as the kernel counts it for every socket: for want of room in its queue, to a filter of its own, to damage. */
#ifndef TCPTOP_UDP_LOSSES_H
#define TCPTOP_UDP_LOSSES_H

#include "udp.h"
#include "udp_owner.h"

#define UDP_FLAGS_GRO_ENABLED 3 /* include/linux/udp.h, an enum without a name */

/* Without that option the kernel takes packets that GRO put together apart again before it counts (udp_queue_rcv_skb()). */
static __always_inline bool udp_takes_gro(struct sock *sk)
{
	struct udp_sock___6_6 *before = (void *)sk;
	struct udp_sock *udp = (void *)sk;

	if (!settings.long_names) /* what lies behind struct sock cannot be read here */
		return false;
	if (bpf_core_field_exists(before->gro_enabled))
		return BPF_CORE_READ_BITFIELD_PROBED(before, gro_enabled);
	return bpf_core_field_exists(udp->udp_flags) && BPF_CORE_READ(udp, udp_flags) >> UDP_FLAGS_GRO_ENABLED & 1;
}

static __always_inline void udp_loss_write(struct seq_file *seq, struct sock *sk, const struct tracked *t)
{
	struct udp_loss loss = {
		.cookie = t->cookie, .drops = sock_drops(sk), .is_older = !t->opened_ns, .in_packets = udp_takes_gro(sk),
	};
	long err = bpf_seq_write(seq, &loss, sizeof(loss));

	if (err && err != -EOVERFLOW)
		count(COUNTER_SNAPSHOT_LOST);
}

#endif
