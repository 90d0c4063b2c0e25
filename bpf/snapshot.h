/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the walks of the tick (tcp.bpf.c, table_walk.bpf.c): what a snapshot does with one socket. */
#ifndef TCPTOP_SNAPSHOT_H
#define TCPTOP_SNAPSHOT_H

#include "mptcp.h"
#include "path.h"
#include "still.h"
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

/* What holds the connection up, if that has changed: of most sockets it has not, they are idle. False: the ring is full. */
static __always_inline bool limits_emit(struct sock *sk, struct tcp_sock *tp, struct tracked *t)
{
	struct tcptop_tcp_limits now;
	u32 sum;

	if (sk->__sk_common.skc_state == TCP_LISTEN)
		limits_read_listener(&now, sk, t->cookie);
	else
		limits_read(&now, sk, tp, t);
	sum = limits_sum(&now);
	if (sum == t->limits_told)
		return true;
	if (bpf_ringbuf_output(&events, &now, sizeof(now), BPF_RB_NO_WAKEUP))
		return false;
	t->limits_told = sum;
	return true;
}

/* A full record (160 bytes) the first time and after a change, else the counters (56). False: the ring is full. */
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
	t->limits_told = t->path_told = 0;
	t->described = shared.epoch; /* before record_fill(), as in record_emit() */
	record_fill(r, TAG_TCP_LIVE, sk->__sk_common.skc_state, sk, tp, t);
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return true;
}

/* Whether the socket, whose end was not reported yet, belongs into the snapshot. Where its state contradicts t, since a change went unseen (lifecycle.h), t is put right and the end
 * reported. A socket on its way into SYN_SENT is in TCP_CLOSE too, but is neither announced nor described yet; in SYN_SENT it has no row before its SYN. */
static __always_inline bool snapshot_is_live(struct sock *sk, struct tcp_sock *tp, struct tracked *t, u64 cookie)
{
	u8 state = sk->__sk_common.skc_state;

	if (t->cookie != cookie) {
		if (state == TCP_SYN_RECV || state == TCP_CLOSE) /* in its handshake: t is a copy of its listener's */
			return false;
		track_inherit(t, cookie, 0);
	}
	if (state == TCP_SYN_SENT && sock_sent_nothing(tp))
		return false;
	if (state == TCP_CLOSE && (t->described || t->announced))
		track_end_unseen(sk, tp, t);
	return state != TCP_CLOSE;
}

/* Half-open connections. A listener's are request socks, which its queue counts; those of TCP Fast Open and of simultaneous open are sockets. */
static __always_inline void count_syn_recv(struct sock *sk, struct tcp_sock *tp)
{
	u8 state = sk->__sk_common.skc_state;

	if (state == TCP_LISTEN)
		shared.syn_recv += tp->inet_conn.icsk_accept_queue.qlen.counter;
	else if (state == TCP_SYN_RECV)
		shared.syn_recv++;
}

/* What is known of its path, if a segment came or went since. False: the ring is full. */
static __always_inline bool path_emit(struct sock *sk, struct tcp_sock *tp, struct tracked *t)
{
	struct tcptop_tcp_path *p;
	u32 sum;

	if (sk->__sk_common.skc_state == TCP_LISTEN)
		return true;
	sum = path_sum(tp);
	if (sum == t->path_told)
		return true;
	p = bpf_ringbuf_reserve(&events, sizeof(*p), 0);
	if (!p)
		return false;
	path_read(p, sk, tp, t);
	bpf_ringbuf_submit(p, BPF_RB_NO_WAKEUP);
	t->path_told = sum;
	return true;
}

/* Whether user space has all there is to know. A segment is counted before it is taken in, where its process has the socket locked (tcp_v4_rcv()): so
 * a connection is told of once more when it has come to rest. What was not changed is not written: its cache line stays clean. */
static __always_inline bool snapshot_is_still(struct sock *sk, struct tcp_sock *tp, struct tracked *t)
{
	u64 sum = still_sum(sk, tp);
	u32 told = sum ^ sum >> 32;
	bool same = told == t->still_told && t->described == shared.epoch && BPF_CORE_READ_BITFIELD(tp, chrono_type) == TCP_CHRONO_UNSPEC;

	if (same && t->still) {
		still_note(sk, sum);
		return shared.changes;
	}
	t->still_told = told;
	t->still = same;
	still_not();
	return false;
}

/* The walk comes to this socket again, and it has to be told of then. */
static __always_inline bool snapshot_put_off(struct tracked *t)
{
	t->still = 0;
	still_not();
	return false;
}

/* One socket's record, through the ring: there it is in order with records of openings and ends. The iterator's own buffer (seq_file) would
 * do worse. It holds 8 pages (bpf_seq_read()); then read() returns, and the next read() finds its place by counting the elements of a hash
 * bucket that it had passed (bpf_sk_storage_map_seq_find_next()), with only as many buckets as CPUs. Each socket that closed in between
 * makes it skip a live one (seen: 4 of 4,000 missing from two snapshots in a row, beside 20,000 connections a second). Within one read()
 * RCU keeps the list whole. False: the ring is half full, which is as much as a snapshot may use; the walk must come to this socket again. */
static __always_inline bool snapshot_tell(struct sock *sk, struct tcp_sock *tp, struct tracked *t, u64 cookie)
{
	if (t->ended)
		return true;
	if (!snapshot_is_live(sk, tp, t, cookie)) {
		still_not();
		return true;
	}
	/* Owners change by a pass; whoever changes one otherwise has everything told again. */
	if ((!shared.changes || shared.owners_met || t->described != shared.epoch) && !mptcp_take_owner(t, tp))
		owner_apply_pass(t);
	if (snapshot_is_still(sk, tp, t))
		return true;
	if (bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >= settings.wake_at_bytes)
		return snapshot_put_off(t);
	if (!snapshot_emit(sk, tp, t) || !limits_emit(sk, tp, t) || !path_emit(sk, tp, t))
		return snapshot_put_off(t);
	return true;
}

/* Its record, if there is something to tell; half-open ones count, told or not. False as snapshot_tell(). */
static __always_inline bool snapshot_write(struct sock *sk, struct tcp_sock *tp, struct tracked *t, u64 cookie)
{
	if (!tp) {
		still_not();
		return true;
	}
	if (!snapshot_tell(sk, tp, t, cookie))
		return false;
	count_syn_recv(sk, tp);
	return true;
}

#endif
