/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the TCP programs: the struct tracked of a socket from its first sight to its end, and the full records made from it. */
#ifndef TCPTOP_TRACK_H
#define TCPTOP_TRACK_H

#include "sock.h"
#include "accept.h"
#include "end.h"
#include "keeper.h"

/* A socket first seen outside of connect() and listen(): its owner is not known. */
static __always_inline void track_first_met(struct tracked *t, u64 cookie, u8 direction)
{
	t->cookie = cookie;
	t->direction = direction;
	count_weak_owner();
}

/* The child of a listener becomes a connection of its own: of what was copied from the listener only the owner stays, as a weak one. As a
 * rule in softirq, before it is accepted. opened_ns: 0 if the opening went unseen. */
static __always_inline void track_inherit(struct tracked *t, u64 cookie, u64 opened_ns)
{
	bool inherited = t->cookie && t->cookie != cookie && t->how != OWNER_KERNEL;

	t->how = !inherited || t->how == OWNER_NONE ? OWNER_NONE : OWNER_LISTENER;
	t->cookie = cookie;
	t->opened_ns = opened_ns;
	t->direction = DIRECTION_INBOUND;
	t->listener_several = inherited && t->several;
	t->several = SEVERAL_NO;
	t->used_ns = 0;
	t->owner_pass = 0;
	t->candidate_pass = 0;
	t->described = 0;
	t->announced = 0;
	t->ended = 0;
	t->connect_us = 0;
	count_weak_owner();
}

/* A socket that is older than tcptop, or whose opening went unseen: opened_ns stays 0. */
static __always_inline struct tracked *track_adopt(struct sock *sk, u64 cookie, u8 state)
{
	struct tracked *t = track_make(sk, cookie);

	if (t && !t->cookie)
		track_first_met(t, cookie, sock_direction(sk, bpf_skc_to_tcp_sock(sk), state));
	if (t && state == TCP_LISTEN)
		track_listens(sk, cookie);
	else if (state == TCP_LISTEN)
		track_not_apart(sk);
	return t;
}

static __always_inline void record_fill(struct tcptop_tcp_record *r, u16 tag, u8 state, struct sock *sk, struct tcp_sock *tp,
					struct tracked *t)
{
	__builtin_memset(r, 0, sizeof(*r));
	r->tag = tag;
	r->size = sizeof(*r);
	r->state = state;
	r->time_ns = bpf_ktime_get_boot_ns();
	sock_read_addresses(r, sk, tp);
	sock_read_counters(r, sk, tp, t->direction);
	r->direction = t->direction;
	r->how = t->how;
	r->cookie = t->cookie;
	r->opened_ns = t->opened_ns;
	r->connect_us = t->connect_us;
	if (t->how != OWNER_NONE) {
		r->several = t->several;
		r->cgroup_id = t->owner.cgroup_id;
		r->owner_start_ns = t->owner.start_ns;
		r->tgid = t->owner.pid;
		r->uid = t->owner.uid;
		__builtin_memcpy(r->comm, t->owner.comm, sizeof(r->comm));
	}
}

/* User space reads the ring on a timer. To wake it costs more than to write the record, so it is woken only when the ring fills up. */
static __always_inline u64 record_wake(void)
{
	return bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >= settings.wake_at_bytes ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

static __always_inline void record_emit(u16 tag, u8 state, u8 end, struct sock *sk, struct tcp_sock *tp, struct tracked *t)
{
	struct tcptop_tcp_record *r = tp ? bpf_ringbuf_reserve(&events, sizeof(*r), 0) : NULL;

	if (!r) {
		count(COUNTER_EVENTS_LOST);
		return;
	}
	/* Before record_fill(): when another CPU changes t meanwhile and sets described to 0, that must not be overwritten. */
	t->described = shared.epoch;
	record_fill(r, tag, state, sk, tp, t);
	r->end = end;
	bpf_ringbuf_submit(r, record_wake());
}

/* The close record. `ended` is set first: a snapshot that runs on another CPU reads it without a lock and then leaves the socket out. */
static __always_inline void track_end(struct sock *sk, struct tcp_sock *tp, u8 state, u8 end, struct tracked *t)
{
	t->ended = ENDED;
	record_emit(TAG_TCP_CLOSE, state, end, sk, tp, t);
}

/* The same for a socket whose change to TCP_CLOSE went unseen. */
static __always_inline void track_end_unseen(struct sock *sk, struct tcp_sock *tp, struct tracked *t)
{
	bool failed = tp && !t->announced && t->opened_ns && sock_never_connected(tp, t->direction, TCP_CLOSE);

	if (failed && sock_sent_nothing(tp))
		t->ended = ENDED;
	else
		track_end(sk, tp, failed ? TCP_SYN_SENT : TCP_CLOSE, END_UNKNOWN, t);
}

#endif
