/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What holds a connection up: fills struct tcptop_tcp_limits for the snapshot. Reads only, without the socket's lock: a queue whose ends were read
 * at different moments may seem to be shorter than nothing, and is empty then. */
#ifndef TCPTOP_LIMITS_H
#define TCPTOP_LIMITS_H

#include "sock.h"
#include "tracked.h"

/* Without branches, as far as that goes: the verifier follows both sides of each. In the walk over the table, a callback, Linux 6.19.14 did not see that they
 * meet again, went through a million instructions and refused it (E2BIG); without them it is through after 18,660. */
static __always_inline u32 queue_length(u32 end, u32 begin)
{
	int bytes = end - begin, sign = bytes >> 31;

	barrier_var(sign);
	return bytes & ~sign;
}

/* Whether it is one of the states whose bits are set: 1 or 0. */
static __always_inline u32 is_in_states(u8 state, u32 bits)
{
	barrier_var(bits);
	return bits >> (state & 31) & 1;
}

static __always_inline u64 jiffies_us(u64 jiffies)
{
	return jiffies * settings.jiffy_ns / 1000;
}

/* As tcp_get_info_chrono_stats() has it: the one that runs has run until now. */
static __always_inline void read_times(u32 times[3], struct tcp_sock *tp)
{
	u32 running = BPF_CORE_READ_BITFIELD(tp, chrono_type), start = tp->chrono_start;
	u32 since = queue_length((u32)bpf_jiffies64(), start);

	times[0] = tp->chrono_stat[0] + (running == TCP_CHRONO_BUSY ? since : 0);
	times[1] = tp->chrono_stat[1] + (running == TCP_CHRONO_RWND_LIMITED ? since : 0);
	times[2] = tp->chrono_stat[2] + (running == TCP_CHRONO_SNDBUF_LIMITED ? since : 0);
}

static __always_inline void limits_read_times(struct tcptop_tcp_limits *l, struct tcp_sock *tp, const struct tracked *t)
{
	u32 times[3];

	read_times(times, tp);
	times[0] -= t->before.times[0];
	times[1] -= t->before.times[1];
	times[2] -= t->before.times[2];
	l->busy_us = jiffies_us((u64)times[0] + times[1] + times[2]);
	l->peer_window_us = jiffies_us(times[TCP_CHRONO_RWND_LIMITED - 1]);
	l->send_buffer_us = jiffies_us(times[TCP_CHRONO_SNDBUF_LIMITED - 1]);
}

/* For a socket that begins a connection. What ran while the one before was ended runs on (tcp_write_queue_purge()). */
static __always_inline void before_note(struct tracked *t, struct tcp_sock *tp)
{
	if (!tp || (!tp->lost && tp->rtt_min.s[0].v == ~0u)) /* it had none */
		return;
	read_times(t->before.times, tp);
	t->before.lost = tp->lost;
	t->before.min_rtt_us = tp->rtt_min.s[0].v;
}

/* write_seq has our FIN from these states on, and snd_una has not. */
static __always_inline u32 own_fin_waits(u8 state)
{
	return is_in_states(state, 1 << TCP_FIN_WAIT1 | 1 << TCP_CLOSING | 1 << TCP_LAST_ACK);
}

/* Whether nothing is under way, and this machine has refused what waits when it was to leave (a firewall, a full queue): bytes_sent counts such an attempt
 * (sock_tx_bytes()). One that was refused once and left at the next attempt stays in the count: whether anything has left since, who reads this must look. */
static __always_inline bool is_refused(struct tcp_sock *tp, u32 unsent)
{
	return unsent && tp->snd_nxt == tp->snd_una && tp->bytes_sent - tp->bytes_retrans > tp->bytes_acked;
}

/* rcv_nxt has the peer's FIN, which nobody reads, once SOCK_DONE is set (sock_rx_bytes()). */
static __always_inline void limits_read(struct tcptop_tcp_limits *l, struct sock *sk, struct tcp_sock *tp, const struct tracked *t)
{
	u32 smallest = tp->rtt_min.s[0].v, next = tp->rcv_nxt, written = tp->write_seq - own_fin_waits(sk->__sk_common.skc_state);

	__builtin_memset(l, 0, sizeof(*l));
	l->tag = TAG_TCP_LIMITS;
	l->size = sizeof(*l);
	l->cookie = t->cookie;
	l->sending = BPF_CORE_READ_BITFIELD(tp, rate_app_limited) * SENDING_APP_LIMITED |
		     BPF_CORE_READ_BITFIELD(tp, is_cwnd_limited) * SENDING_CWND_LIMITED;
	limits_read_times(l, tp, t);
	l->send_queue = queue_length(written - is_in_states(sk->__sk_common.skc_state, 1 << TCP_SYN_SENT), tp->snd_una); /* write_seq has the SYN */
	l->unsent = queue_length(written, tp->snd_nxt);
	l->receive_queue = queue_length(next - sock_flag(sk, SOCK_DONE), tp->copied_seq);
	if (l->unsent && l->unsent >= tp->mss_cache)
		l->sending |= SENDING_SEGMENT_WAITS;
	if (tp->snd_wnd && (tp->lost_out || is_refused(tp, l->unsent)))
		l->sending |= SENDING_LOST;
	/* A round trip of the connection before stands until there is a smaller one, or tcp_min_rtt_wlen is over. */
	l->min_rtt_us = smallest == ~0u || smallest == t->before.min_rtt_us ? 0 : smallest;
}

static __always_inline void limits_read_listener(struct tcptop_tcp_limits *l, struct sock *sk, u64 cookie)
{
	__builtin_memset(l, 0, sizeof(*l));
	l->tag = TAG_TCP_LIMITS;
	l->size = sizeof(*l);
	l->cookie = cookie;
	l->receive_queue = sk->sk_ack_backlog;
	l->send_queue = sk->sk_max_ack_backlog;
	l->unsent = sock_drops(sk);
}

/* Not 0, which is what a socket has that nothing was told of. */
static __always_inline u32 limits_sum(const struct tcptop_tcp_limits *l)
{
	u64 sum = l->busy_us;

	sum = sum * 31 + l->peer_window_us;
	sum = sum * 31 + l->send_buffer_us;
	sum = sum * 31 + l->send_queue;
	sum = sum * 31 + l->unsent;
	sum = sum * 31 + l->receive_queue;
	sum = sum * 31 + l->min_rtt_us;
	sum = sum * 31 + l->sending;
	return (u32)(sum ^ sum >> 32) | 1;
}

#endif
