/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What a change of state means. Every function is called from inet_sock_set_state, before the socket has the new state and
 * with the socket locked by whoever changes it.
 *
 * Every change is told twice, to two programs with the same body. Since 6.1 __bpf_trace_run() leaves out a program that is
 * already running on the CPU, and the softirq that interrupts it may have hundreds of segments to work off (seen: 390 closes in a
 * row). Changes come from process context and from softirq, so while one of the two is interrupted the other is free. Each function
 * here therefore does nothing the second time. Should a change go unseen all the same (a kernel that preempts tracepoints), a close is
 * made up for by lifecycle_destroyed() or the next snapshot, an opening by the close or the next snapshot. */
#ifndef TCPTOP_LIFECYCLE_H
#define TCPTOP_LIFECYCLE_H

#include "track.h"

/* connect() and listen() run in their caller's context. A cookie of its own makes a socket that is used again a new
 * connection to user space only through opened_ns. */
static __always_inline void lifecycle_start(struct sock *sk, u64 cookie, u8 direction)
{
	struct tracked *t = track_make(sk, cookie);

	if (!t || (t->cookie == cookie && t->opened_ns && !t->ended))
		return;
	track_reset(t, cookie);
	t->opened_ns = bpf_ktime_get_boot_ns();
	t->direction = direction;
	owner_is_current(t, OWNER_CONNECT);
	if (direction == DIRECTION_UNKNOWN)
		track_listens(sk, cookie);
}

static __always_inline void lifecycle_announce(struct sock *sk, struct tracked *t)
{
	if (t->announced)
		return;
	t->announced = 1;
	if (settings.openings)
		record_emit(TAG_TCP_OPEN, TCP_ESTABLISHED, sk, bpf_skc_to_tcp_sock(sk), t);
}

static __always_inline void lifecycle_established(struct sock *sk, u64 cookie, int old)
{
	struct tracked *t = track_make(sk, cookie);

	if (!t)
		return;
	if (t->cookie != cookie && old == TCP_SYN_RECV)
		track_inherit(t, cookie, bpf_ktime_get_boot_ns());
	else if (!t->cookie) /* its SYN was sent before we watched */
		track_introduce(t, cookie, DIRECTION_OUTBOUND);
	lifecycle_announce(sk, t);
}

/* close(), shutdown() and exit() enter FIN_WAIT1 and LAST_ACK with the socket owned by its user (lock_sock()): current is the owner, which
 * softirq could not tell when the connection came in. A socket that was shut down in its handshake (TCP Fast Open, simultaneous open) enters
 * FIN_WAIT1 when the handshake ends, in softirq: then current is whoever was interrupted, and the socket is not owned. */
static __always_inline void lifecycle_closing(struct sock *sk, u64 cookie, int old)
{
	struct tracked *t = track_find(sk, cookie);

	if (!t)
		t = track_adopt(sk, cookie, old);
	if (!t)
		return;
	if (t->cookie != cookie) /* TCP Fast Open: closed by its process before the handshake ended */
		track_inherit(t, cookie, bpf_ktime_get_boot_ns());
	if (owner_is_weak(t) && sk->sk_lock.owned) {
		owner_is_current(t, OWNER_CLOSE);
		accept_note(sk, t);
	}
	if (old == TCP_SYN_RECV)
		lifecycle_announce(sk, t);
}

/* What is remembered stays, marked, until the socket is freed: that is how the second program and the snapshot know. A socket that was
 * reset or timed out while a process, not known yet, still holds it waits for that process to let go (lifecycle_destroyed()). One that never
 * was a connection is told with the state that it failed in, and if it is the child of a listener not at all. */
static __always_inline void lifecycle_closed(struct sock *sk, u64 cookie, int old)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct tracked *t = track_find(sk, cookie);
	bool never = false;

	if (!t)
		t = track_adopt(sk, cookie, old);
	if (!t || !tp || (t->cookie == cookie && t->ended))
		return;
	if (t->cookie != cookie && old == TCP_SYN_RECV && sock_never_was(tp, DIRECTION_INBOUND, old)) {
		t->cookie = cookie;
		t->ended = ENDED;
		return;
	}
	if (t->cookie != cookie) {
		track_inherit(t, cookie, old == TCP_SYN_RECV ? bpf_ktime_get_boot_ns() : 0);
		if (old == TCP_SYN_RECV)
			lifecycle_announce(sk, t);
	}
	if (!t->announced)
		never = sock_never_was(tp, t->direction, old);
	track_end(sk, tp, old == TCP_LISTEN ? TCP_LISTEN : never ? TCP_SYN_SENT : TCP_CLOSE, t);
	if (owner_is_weak(t) && !sock_flag(sk, SOCK_DEAD))
		t->ended = ENDED_UNCLAIMED;
}

/* tcp_v4_destroy_sock(), the last that is heard of a socket. When that one had ended in other hands, this runs inside
 * tcp_close(), for the process that held it or, if it was never accepted, that closes the listener. */
static __always_inline void lifecycle_destroyed(struct sock *sk, u64 cookie)
{
	struct tracked *t = track_find(sk, cookie);

	if (!t || t->ended == ENDED || t->cookie != cookie)
		return;
	if (!t->ended) {
		track_end_unseen(sk, bpf_skc_to_tcp_sock(sk), t);
		return;
	}
	t->ended = ENDED;
	owner_is_current(t, OWNER_CLOSE);
	if (!owner_is_weak(t))
		record_emit(TAG_TCP_OWNER, TCP_CLOSE, sk, bpf_skc_to_tcp_sock(sk), t);
}

#endif
