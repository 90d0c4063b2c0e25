/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What the kernel knows of a connection's path: fills struct tcptop_tcp_path for the snapshot. Reads only, without the socket's lock. */
#ifndef TCPTOP_PATH_H
#define TCPTOP_PATH_H

#include "limits.h"

/* Of what all of it follows from: segments that came and went, and the congestion control, which its process may change. Not 0, which is what a
 * socket has that nothing was told of. */
static __always_inline u32 path_sum(struct tcp_sock *tp)
{
	const struct tcp_congestion_ops *ops = tp->inet_conn.icsk_ca_ops;

	return ((tp->segs_in * 31 + tp->segs_out) * 31 + (ops ? ops->key : 0)) | 1;
}

/* As tcp_compute_delivery_rate() has it. Nothing but a SYN acknowledged: what is there is of the connection that the socket had before. */
static __always_inline u64 path_delivery_rate(struct tcp_sock *tp)
{
	if (tp->bytes_acked <= 1)
		return 0;
	u64 segments = tp->rate_delivered, us = tp->rate_interval_us;

	return us ? segments * tp->mss_cache * 1000000 / us : 0;
}

/* tcp_get_info() has them as tcpi_last_data_sent and tcpi_last_data_recv. Both count from the handshake on (tcp_finish_connect(),
 * tcp_create_openreq_child()): before, they are 0, or of the connection that the socket had before. */
static __always_inline u64 path_moved_ns(struct sock *sk, struct tcp_sock *tp)
{
	if (sk->__sk_common.skc_state == TCP_SYN_SENT)
		return 0;
	u32 now = (u32)bpf_jiffies64(), sent = now - tp->lsndtime, received = now - tp->inet_conn.icsk_ack.lrcvtime;

	return bpf_ktime_get_boot_ns() - (u64)(sent < received ? sent : received) * settings.jiffy_ns;
}

static __always_inline void path_read_congestion(u8 name[16], const struct tcp_congestion_ops *ops)
{
	if (!ops)
		return;
#pragma unroll
	for (int i = 0; i < 16; i++)
		name[i] = ops->name[i];
}

static __always_inline void path_read(struct tcptop_tcp_path *p, struct sock *sk, struct tcp_sock *tp, const struct tracked *t)
{
	__builtin_memset(p, 0, sizeof(*p));
	p->tag = TAG_TCP_PATH;
	p->size = sizeof(*p);
	p->cookie = t->cookie;
	p->moved_ns = path_moved_ns(sk, tp);
	p->delivery_rate = path_delivery_rate(tp);
	p->pacing_rate = sk->sk_pacing_rate;
	p->mss = tp->mss_cache;
	p->ssthresh = tp->snd_ssthresh;
	p->lost = tp->lost - t->before.lost;
	p->ecn_marks = tp->delivered_ce;
	p->reord_seen = tp->reord_seen;
	p->dsack_dups = tp->dsack_dups;
	if (bpf_core_field_exists(tp->total_rto))
		p->rto_count = tp->total_rto;
	else
		p->lacks |= LACKS_RTO_COUNT;
	path_read_congestion(p->congestion, tp->inet_conn.icsk_ca_ops);
}

#endif
