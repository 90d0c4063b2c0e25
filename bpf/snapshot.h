/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the walks of the tick (tcp.bpf.c, table_walk.bpf.c): what a snapshot does with one socket. */
#ifndef TCPTOP_SNAPSHOT_H
#define TCPTOP_SNAPSHOT_H

#include "mptcp.h"
#include "track.h"

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
	c->tx_bytes = sock_tx_bytes(sk, tp, t->direction);
	c->rx_packets = tp->segs_in;
	c->tx_packets = tp->segs_out;
	c->srtt_us = tp->srtt_us >> 3;
	c->rttvar_us = tp->mdev_us >> 2;
	c->cwnd = tp->snd_cwnd;
	c->retransmits = tp->total_retrans;
}

/* A socket is described in full once, then by its counters: 56 bytes instead of 160. False: the ring is full. */
static __always_inline bool snapshot_emit(struct sock *sk, struct tcp_sock *tp, struct tracked *t)
{
	struct tcptop_tcp_counters *c;
	struct tcptop_tcp_record *r;

	if (t->described == shared.epoch) {
		c = bpf_ringbuf_reserve(&events, sizeof(*c), 0);
		if (!c)
			return false;
		snapshot_counters(c, sk, tp, t);
		bpf_ringbuf_submit(c, BPF_RB_NO_WAKEUP);
		return true;
	}
	r = bpf_ringbuf_reserve(&events, sizeof(*r), 0);
	if (!r)
		return false;
	t->described = shared.epoch; /* before, as in record_emit() */
	record_fill(r, TAG_TCP_LIVE, sk->__sk_common.skc_state, sk, tp, t);
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return true;
}

/* What the state says of a socket that is on record otherwise, because its change of state went unseen (lifecycle.h). A socket
 * that has just begun to connect is in TCP_CLOSE too, but has neither opened nor been described yet. */
static __always_inline bool snapshot_is_live(struct sock *sk, struct tcp_sock *tp, struct tracked *t, u64 cookie)
{
	u8 state = sk->__sk_common.skc_state;

	if (t->ended)
		return false;
	if (t->cookie != cookie) {
		if (state == TCP_SYN_RECV || state == TCP_CLOSE) /* in its handshake, with its listener's value */
			return false;
		track_inherit(t, cookie, 0);
	}
	if (state == TCP_CLOSE && (t->described || t->announced))
		track_end_unseen(sk, tp, t);
	return state != TCP_CLOSE;
}

/* Those of a listener are no sockets yet; those of TCP Fast Open and of simultaneous open are. */
static __always_inline void count_syn_recv(struct sock *sk, struct tcp_sock *tp)
{
	u8 state = sk->__sk_common.skc_state;

	if (state == TCP_LISTEN)
		shared.syn_recv += tp->inet_conn.icsk_accept_queue.qlen.counter;
	else if (state == TCP_SYN_RECV)
		shared.syn_recv++;
}

/* Through the ring, in one order with what happens meanwhile, and not through the iterator's own buffer: that one holds 8
 * pages (bpf_seq_read()), and the walk is taken up again by counting elements of a hash bucket, of which there are only as
 * many as CPUs (bpf_sk_storage_map_seq_find_next()). Each socket that closed in between makes it skip a live one: seen, 4 of
 * 4,000 not in two snapshots running, at 20,000 connections a second beside them. Within one read() RCU keeps the walk whole.
 * False: half of the ring is taken, which is all that a snapshot may have; this socket must be shown again. */
static __always_inline bool snapshot_write(struct sock *sk, struct tcp_sock *tp, struct tracked *t, u64 cookie)
{
	if (!tp || !snapshot_is_live(sk, tp, t, cookie))
		return true;
	if (bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >= settings.wake_at_bytes)
		return false;
	if (!mptcp_settle(t, tp))
		owner_settle(t);
	if (!snapshot_emit(sk, tp, t))
		return false;
	count_syn_recv(sk, tp);
	return true;
}

#endif
