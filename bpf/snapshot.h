/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What the iterators do with one socket. */
#ifndef TCPTOP_SNAPSHOT_H
#define TCPTOP_SNAPSHOT_H

#include "track.h"
#include "udp_owner.h"

static __always_inline void owner_of_descriptor(struct sock *sk, struct task_struct *task)
{
	struct tracked *t;
	u8 state = sk->__sk_common.skc_state;

	if (udp_is_socket(sk)) {
		udp_met(sk, task);
		return;
	}
	if (sk->sk_protocol != IPPROTO_TCP || state == TCP_CLOSE)
		return;
	t = track_find(sk);
	if (!t)
		t = track_adopt(sk, state);
	if (t && !t->ended)
		owner_met(t, task);
}

static __always_inline void snapshot_counters(struct tcptop_tcp_counters *c, struct sock *sk, struct tcp_sock *tp,
					      struct tracked *t)
{
	__builtin_memset(c, 0, sizeof(*c));
	c->tag = TAG_TCP_COUNTERS;
	c->size = sizeof(*c);
	c->state = sk->__sk_common.skc_state;
	c->how = t->how;
	c->cookie = t->cookie;
	c->rx_bytes = sock_rx_bytes(sk, tp);
	c->tx_bytes = sock_tx_bytes(tp);
	c->rx_packets = tp->segs_in;
	c->tx_packets = tp->segs_out;
	c->srtt_us = tp->srtt_us >> 3;
	c->rttvar_us = tp->mdev_us >> 2;
	c->cwnd = tp->snd_cwnd;
	c->retransmits = tp->total_retrans;
}

/* A socket is described in full once, then by its counters: 56 bytes instead of 160. This is more than copying: read() of an
 * iterator ends after 8 pages, and the next one walks its hash bucket (there are only as many as CPUs) from the start. */
static __always_inline void snapshot_write(struct seq_file *seq, struct sock *sk, struct tracked *t)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	u8 state = sk->__sk_common.skc_state;
	long err;

	/* A child still in its handshake carries its listener's value, cookie included. */
	if (!tp || t->ended || state == TCP_CLOSE || t->cookie != bpf_get_socket_cookie(sk))
		return;
	owner_settle(t);
	if (t->described == shared.epoch) {
		struct tcptop_tcp_counters c;

		snapshot_counters(&c, sk, tp, t);
		err = bpf_seq_write(seq, &c, sizeof(c));
	} else {
		struct tcptop_tcp_record r;

		record_fill(&r, TAG_TCP_LIVE, state, sk, tp, t);
		err = bpf_seq_write(seq, &r, sizeof(r));
		if (!err)
			t->described = shared.epoch;
	}
	/* -EOVERFLOW: bpf_seq_read() hands out what it has and shows this socket again in the next read(). */
	if (err && err != -EOVERFLOW)
		count(COUNTER_SNAPSHOT_LOST);
}

#endif
