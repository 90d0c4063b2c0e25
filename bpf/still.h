/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the walks of the tick (snapshot.h) and tcp_still.bpf.c: while no connection moves, a walk over all that is kept of sockets takes most of its time to get from
 * one to the next. So a walk that meets none that moves leaves behind where the sockets are, and what moves when anything about one of them does. */
#ifndef TCPTOP_STILL_H
#define TCPTOP_STILL_H

#include "sock.h"

#define STILL_MAX 262144 /* sockets. Beyond that each tick walks over all that is kept */
#define STILL_AT_ONCE 16384 /* some milliseconds, as WALK_AT_ONCE */

struct still {
	u64 sock; /* address of a struct sock. It may be freed meanwhile: tcp_still.bpf.c */
	u64 sum;  /* still_sum() */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, STILL_MAX);
	__type(key, u32);
	__type(value, struct still);
} still_sockets SEC(".maps");

/* Of what moves when anything about a connection does: its state, segments, and the bytes that its process has written and read. The times of what
 * holds it up run only while something is under way (tcp_chrono_start()), and no figure changes by itself while nothing is. Listeners' queues move without
 * any of this. */
static __always_inline u64 still_sum(struct sock *sk, struct tcp_sock *tp)
{
	u8 state = sk->__sk_common.skc_state;
	u64 sum = tp->segs_in;

	sum = sum * 31 + tp->segs_out;
	sum = sum * 31 + tp->write_seq;
	sum = sum * 31 + tp->copied_seq;
	sum = sum * 31 + tp->rcv_nxt;
	sum = sum * 31 + tp->snd_una;
	sum = sum * 31 + (state | BPF_CORE_READ_BITFIELD(tp, chrono_type) << 8);
	if (state == TCP_LISTEN) {
		sum = sum * 31 + tp->inet_conn.icsk_accept_queue.qlen.counter;
		sum = sum * 31 + sk->sk_ack_backlog;
		sum = sum * 31 + sk->sk_max_ack_backlog;
		sum = sum * 31 + sock_drops(sk);
	}
	return sum;
}

/* The walk has met a socket that has to be met by the next one. */
static __always_inline void still_not(void)
{
	if (!shared.moving)
		shared.moving = 1;
}

/* The walk has met one of which user space has all there is to know. */
static __always_inline void still_note(struct sock *sk, u64 sum)
{
	u32 at = shared.still;
	struct still *s;

	if (!shared.notes || shared.moving)
		return;
	s = bpf_map_lookup_elem(&still_sockets, &at);
	if (!s) {
		still_not();
		return;
	}
	s->sock = (u64)sk;
	s->sum = sum;
	shared.still = at + 1;
}

/* At the end of every program that may have changed what is kept of a socket, or made something be kept, outside of walks and owner passes. User space sets it to 0
 * before a walk over all: that sees what was changed before, and what is changed later is told of here. A program that the kernel has left out, since
 * it was running already (lifecycle.h), ends after that. Written though it may be set, or what was changed might be seen after that was read. */
static __always_inline void still_stir(void)
{
	barrier();
	shared.stirred = 1;
}

#endif
