/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Why and by whom a connection ended: what the socket says of it at its change to TCP_CLOSE, when it is locked. */
#ifndef TCPTOP_END_H
#define TCPTOP_END_H

#include "limits.h"
#include "resets.h"

#define SHUTDOWN_MASK 3 /* both directions: close() sets it first */
#define EPIPE 32
#define ETIMEDOUT 110
#define ECONNREFUSED 111
#define ERRNO_LIMIT 128 /* errnos of sockets are below (EHWPOISON is 133, and no socket's) */

/* __tcp_close() empties the receive queue before, but leaves copied_seq where the process has read to. Data that is still in the queue may be read
 * after the connection has ended in order, as by a client that has shut down and then waits for its answer. */
static __always_inline bool closed_unread(struct sock *sk, struct tcp_sock *tp)
{
	return !sk->sk_receive_queue.qlen && queue_length(tp->rcv_nxt - sock_flag(sk, SOCK_DONE), tp->copied_seq) > 0;
}

#define FROM_ICMP 2 /* SO_EE_ORIGIN_ICMP; SO_EE_ORIGIN_ICMP6 is the next */

#define LOW_BYTE (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 3 : 0)

/* Of skb->cb, which has no type of its own. */
static __always_inline u8 control_byte(const struct sk_buff *skb, u32 at)
{
	u8 byte = 0;

	bpf_probe_read_kernel(&byte, sizeof(byte), (const void *)skb + bpf_core_field_offset(struct sk_buff___cb, cb) + at);
	return byte;
}

/* What ICMP said of a SYN while the socket was in use, as it is where this machine's own firewall says it: tcp_v4_err() leaves it in sk_err_soft, from
 * where the process takes it (SO_ERROR) before it closes the socket, and in the error queue. 0: nothing, or
 * the queue may not be read (settings.long_names: lockdown=confidentiality refuses bpf_probe_read_kernel()). */
static __always_inline int syn_error(struct sock *sk)
{
	const struct sk_buff *first;

	if (sk->sk_err_soft || !sk->sk_error_queue.qlen || !settings.long_names)
		return sk->sk_err_soft;
	first = BPF_CORE_READ(sk, sk_error_queue.next);
	u8 origin = control_byte(first, bpf_core_field_offset(struct sock_exterr_skb, ee.ee_origin));
	return origin == FROM_ICMP || origin == FROM_ICMP + 1
		       ? control_byte(first, bpf_core_field_offset(struct sock_exterr_skb, ee.ee_errno) + LOW_BYTE)
		       : 0;
}

/* As tcp_reset() would have it. 0: no reset, or one that was sent as the connection was closed here. */
static __always_inline int reset_error(struct sock *sk, int old, u64 opened_ns)
{
	int error = reset_seen(sk, opened_ns);

	if (error == ECONNABORTED)
		return sk->sk_shutdown == SHUTDOWN_MASK ? 0 : error;
	if (error && old == TCP_CLOSE_WAIT)
		return EPIPE;
	return error && old == TCP_SYN_SENT ? ECONNREFUSED : error;
}

/* inet_csk_listen_stop() disconnects each child that waits to be accepted, under bh_lock_sock(), so that it is not owned; tcp_disconnect() changes the
 * state first and then sends the reset. Such a child has no struct socket (sk_clone_lock()) and is not an orphan (sock_orphan() sets SOCK_DEAD). Everything
 * else that ends one writes sk_err before: tcp_reset(), tcp_write_err(), tcp_abort(). */
static __always_inline bool not_accepted(struct sock *sk, int old)
{
	return !sk->sk_socket && !sock_flag(sk, SOCK_DEAD) && (old == TCP_ESTABLISHED || old == TCP_CLOSE_WAIT || old == TCP_SYN_RECV);
}

/* The reasons of tcp_reset(), tcp_write_err() and tcp_abort() are in sk_err by then. tcp_disconnect() and close() with unread data set none
 * before the change; they run in their process's context, with the socket owned. old: the state before. opened_ns: 0 if not known. */
static __always_inline u8 end_of(struct sock *sk, struct tcp_sock *tp, int old, bool failed, u64 opened_ns)
{
	int err = sk->sk_err;
	int reset = reset_error(sk, old, opened_ns);
	bool owned = sk->sk_lock.owned, no_linger = sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime;

	if (!err)
		err = reset;
	if (failed && !err)
		err = syn_error(sk);
	if (old == TCP_LISTEN)
		return END_UNKNOWN;
	if (err == ETIMEDOUT && !failed && tp->write_seq == tp->snd_una)
		return END_KEEPALIVE;
	if (err > 0 && err < ERRNO_LIMIT)
		return END_ERROR | err;
	if (failed)
		return END_GIVEN_UP;
	if (old == TCP_LAST_ACK)
		return END_FIN_PEER;
	if (owned && BPF_CORE_READ_BITFIELD(tp, repair)) /* closed without a word (tcp_disconnect()): it may go on in another socket */
		return END_UNKNOWN;
	if (owned && closed_unread(sk, tp))
		return END_RESET_UNREAD;
	/* The peer's FIN, or the ACK of ours. release_sock() may handle it, so that the socket is owned. */
	if (old == TCP_CLOSING || (old == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DONE)))
		return END_FIN_LOCAL;
	if (owned && no_linger && sk->sk_shutdown == SHUTDOWN_MASK)
		return END_RESET_SENT;
	switch (old) {
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
		if (owned && !sock_flag(sk, SOCK_DEAD)) /* close() makes an orphan of it before */
			break;
		return END_FIN_LOCAL;
	case TCP_TIME_WAIT:
		return END_FIN_LOCAL;
	}
	if (owned && is_subflow(tp)) /* by MPTCP (is_fast_close()); it has the SO_LINGER of the MPTCP socket (mptcp_setsockopt_sol_socket_linger()) */
		return no_linger ? END_RESET_SENT : END_RESET_UNREAD;
	if (owned)
		return END_DISCONNECTED;
	return not_accepted(sk, old) ? END_NOT_ACCEPTED : END_UNKNOWN;
}

#endif
