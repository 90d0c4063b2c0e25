/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For tcp_state.bpf.c and tcp_witness.bpf.c: what to remember and to report when a TCP socket changes its state. Called from
 * inet_sock_set_state or from a sockops program, before sk_state is written and with the socket locked by whoever changes it.
 *
 * For each change every function here runs more than once, and does nothing the second time. Since 6.1 __bpf_trace_run() skips a program
 * that is already running on the CPU. So a change of state in a softirq that interrupts tcp_state goes unseen by it, and one softirq may
 * process hundreds of segments (seen: 390 closes in a row). Two programs with the same body, tcp_state and tcp_state_again, are attached to
 * the same tracepoint: changes come from process context and from softirq alone, so at most one of the two is interrupted and the other
 * runs. Should a change go unseen all the same (a kernel that preempts tracepoints), lifecycle_destroyed() or the next snapshot reports the
 * close, and the close or the next snapshot the opening; where whole processes are hidden from tracing programs, tcp_witness does. */
#ifndef TCPTOP_LIFECYCLE_H
#define TCPTOP_LIFECYCLE_H

#include "track.h"

/* connect() or listen(), in the context of the process that calls it. A socket that connects again keeps its cookie: user space tells
 * the second connection from the first by opened_ns. */
static __always_inline void lifecycle_start(struct sock *sk, u64 cookie, u8 direction)
{
	struct tracked *t = track_make(sk, cookie);

	if (!t && direction == DIRECTION_UNKNOWN)
		track_not_apart(sk);
	if (!t || (t->cookie == cookie && t->opened_ns && !t->ended))
		return;
	track_reset(t, cookie);
	before_note(t, bpf_skc_to_tcp_sock(sk));
	t->opened_ns = bpf_ktime_get_boot_ns();
	t->direction = direction;
	owner_set_current(t, OWNER_CONNECT);
	if (direction == DIRECTION_UNKNOWN)
		track_listens(sk, cookie);
}

static __always_inline void lifecycle_announce(struct sock *sk, struct tracked *t)
{
	if (t->announced)
		return;
	t->announced = 1;
	if (settings.openings)
		record_emit(TAG_TCP_OPEN, TCP_ESTABLISHED, END_UNKNOWN, sk, bpf_skc_to_tcp_sock(sk), t);
}

/* Of a round trip by TCP timestamps (tcp_rtt_tsopt_us()), which count milliseconds. */
#define TIMESTAMP_US 1000

/* Outbound: from the SYN to the change of state that the answer causes. Inbound: the first round trip that the kernel measured, from its SYN-ACK
 * to the acknowledgement (tcp_synack_rtt_meas() in tcp_check_req(), before the change). Where the SYN-ACK was sent again, or the kernel has kept nothing of it
 * (SYN cookies), that is by the timestamp: of the last SYN-ACK, or up to 64 ms too long, as a cookie has the low bits of it (cookie_init_timestamp()). Then it is
 * not known. */
static __always_inline void lifecycle_time_handshake(struct sock *sk, struct tracked *t)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	u64 us = 0;

	if (t->direction == DIRECTION_OUTBOUND && t->opened_ns)
		us = (bpf_ktime_get_boot_ns() - t->opened_ns) / 1000;
	else if (t->direction == DIRECTION_INBOUND && tp)
		us = (tp->srtt_us >> 3) % TIMESTAMP_US ? tp->srtt_us >> 3 : 0;
	t->connect_us = us > ~0u ? ~0u : us;
	t->described = 0; /* a snapshot may have met it in SYN_SENT: it is told again, with this */
}

/* A connection that goes on in a new socket (TCP_REPAIR, as CRIU restores it): connect() ends at once, and no SYN was sent that would have been acknowledged
 * (tcp_connect(), tcp_finish_connect()). Who opened it first is not known. */
static __always_inline void lifecycle_restored(struct sock *sk, struct tracked *t)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	if (tp && t->direction == DIRECTION_OUTBOUND && !tp->bytes_acked)
		t->direction = DIRECTION_UNKNOWN;
}

static __always_inline void lifecycle_established(struct sock *sk, u64 cookie, int old)
{
	struct tracked *t = track_make(sk, cookie);

	if (!t)
		return;
	if (t->cookie != cookie && old == TCP_SYN_RECV)
		track_inherit(t, cookie, bpf_ktime_get_boot_ns());
	else if (!t->cookie) /* its SYN was sent before tcptop was attached */
		track_first_met(t, cookie, DIRECTION_OUTBOUND);
	if (!t->announced) {
		lifecycle_restored(sk, t);
		lifecycle_time_handshake(sk, t);
	}
	lifecycle_announce(sk, t);
}

/* FIN_WAIT1 or LAST_ACK. close(), shutdown() and exit() take the socket's lock (lock_sock() sets sk_lock.owned), so that current is the owner: for
 * an inbound connection, established in softirq, the first time that it is. A socket that was shut down during its handshake (TCP Fast Open,
 * simultaneous open) enters FIN_WAIT1 in softirq, when the handshake ends: then current is any task, and sk_lock.owned is 0. */
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
		owner_set_current(t, OWNER_CLOSE);
		acceptor_note(sk, t);
	}
	if (old == TCP_SYN_RECV)
		lifecycle_announce(sk, t);
}

/* TCP_CLOSE. The struct tracked stays until the socket is freed, with `ended` set: from that the second program and the snapshot know that
 * the close was reported. A socket that was reset or timed out while an unknown process holds it gets its owner when that one closes it
 * (lifecycle_destroyed()). A connect() that failed is reported in state TCP_SYN_SENT; one that sent no SYN, and a child of a listener whose
 * handshake failed, are not reported. */
static __always_inline void lifecycle_closed(struct sock *sk, u64 cookie, int old)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct tracked *t = track_find(sk, cookie);
	bool failed = false;
	u64 opened_ns;

	if (!t)
		t = track_adopt(sk, cookie, old);
	if (!t)
		track_not_apart(sk);
	if (!t || !tp || (t->cookie == cookie && t->ended))
		return;
	if (t->cookie != cookie && old == TCP_SYN_RECV && sock_never_connected(tp, DIRECTION_INBOUND, old)) {
		t->cookie = cookie;
		t->ended = ENDED;
		return;
	}
	opened_ns = t->cookie == cookie ? t->opened_ns : 0;
	if (t->cookie != cookie) {
		track_inherit(t, cookie, old == TCP_SYN_RECV ? bpf_ktime_get_boot_ns() : 0);
		if (old == TCP_SYN_RECV)
			lifecycle_announce(sk, t);
	}
	if (!t->announced)
		failed = sock_never_connected(tp, t->direction, old);
	if (failed && sock_sent_nothing(tp)) {
		t->ended = ENDED;
		return;
	}
	track_end(sk, tp, old == TCP_LISTEN ? TCP_LISTEN : failed ? TCP_SYN_SENT : TCP_CLOSE, end_of(sk, tp, old, failed, opened_ns),
		  t);
	if (owner_is_weak(t) && !sock_flag(sk, SOCK_DEAD))
		t->ended = ENDED_UNCLAIMED;
}

/* tcp_v4_destroy_sock(), the last hook of a socket. For a connection that had already ended (reset, timed out) it runs within close() of the
 * process that holds it, or of the one that closes the listener if nobody accepted it. */
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
	owner_set_current(t, OWNER_CLOSE);
	if (!owner_is_weak(t))
		record_emit(TAG_TCP_OWNER, TCP_CLOSE, END_UNKNOWN, sk, bpf_skc_to_tcp_sock(sk), t);
}

#endif
