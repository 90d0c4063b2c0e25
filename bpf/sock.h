/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What a socket says of itself. Reads only. */
#ifndef TCPTOP_SOCK_H
#define TCPTOP_SOCK_H

#include "maps.h"

static __always_inline bool sock_flag(struct sock *sk, enum sock_flags flag)
{
	return sk->__sk_common.skc_flags & (1UL << flag);
}

/* A connection made by accept() is a raw copy of its listener (sk_clone_lock()), which leaves sk_max_ack_backlog as
 * listen() set it; a socket that called connect() never had one. This tells the direction of connections that are older
 * than us. listen(fd, 0) leaves 0 too: unknown, then. */
static __always_inline u8 sock_direction(struct sock *sk, u8 state)
{
	if (state == TCP_LISTEN)
		return DIRECTION_UNKNOWN;
	return sk->sk_max_ack_backlog ? DIRECTION_INBOUND : DIRECTION_OUTBOUND;
}

/* bytes_received counts the peer's FIN as one byte (tcp_rcv_nxt_update() is given end_seq); tcp_fin() sets SOCK_DONE just
 * after. So once the flag is seen, a count read after it holds the FIN for certain. */
static __always_inline u64 sock_rx_bytes(struct sock *sk, struct tcp_sock *tp)
{
	u64 bytes = tp->bytes_received;

	if (!sock_flag(sk, SOCK_DONE))
		return bytes;
	barrier();
	bytes = tp->bytes_received;
	return bytes ? bytes - 1 : 0;
}

/* bytes_sent counts payload each time it is handed down (__tcp_transmit_skb()), bytes_retrans what of it was a repeat
 * (__tcp_retransmit_skb(), which counts first). An unlocked read may meet a repeat between the two. */
static __always_inline u64 sock_tx_bytes(struct tcp_sock *tp)
{
	u64 again = tp->bytes_retrans, sent = tp->bytes_sent;

	return sent > again ? sent - again : 0;
}

static __always_inline void sock_read_address6(u8 to[16], struct in6_addr *from)
{
	u32 *words = (u32 *)to;

	words[0] = from->in6_u.u6_addr32[0];
	words[1] = from->in6_u.u6_addr32[1];
	words[2] = from->in6_u.u6_addr32[2];
	words[3] = from->in6_u.u6_addr32[3];
}

static __always_inline void sock_read_addresses(struct tcptop_tcp_record *r, struct sock *sk, struct tcp_sock *tp)
{
	if (sk->__sk_common.skc_family == AF_INET6) {
		r->family = 6;
		sock_read_address6(r->local_address, &sk->__sk_common.skc_v6_rcv_saddr);
		sock_read_address6(r->remote_address, &sk->__sk_common.skc_v6_daddr);
		r->scope = sk->__sk_common.skc_bound_dev_if;
	} else {
		r->family = 4;
		*(u32 *)r->local_address = sk->__sk_common.skc_rcv_saddr;
		*(u32 *)r->remote_address = sk->__sk_common.skc_daddr;
	}
	r->remote_port = bpf_ntohs(sk->__sk_common.skc_dport);
	/* Not skc_num: inet_put_port() has cleared it by the time a connection is closed. */
	r->local_port = bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport);
	r->netns = sk->__sk_common.skc_net.net->ns.inum;
}

static __always_inline void sock_read_counters(struct tcptop_tcp_record *r, struct sock *sk, struct tcp_sock *tp)
{
	r->rx_bytes = sock_rx_bytes(sk, tp);
	r->tx_bytes = sock_tx_bytes(tp);
	r->rx_packets = tp->segs_in;
	r->tx_packets = tp->segs_out;
	r->srtt_us = tp->srtt_us >> 3;
	r->rttvar_us = tp->mdev_us >> 2;
	r->cwnd = tp->snd_cwnd;
	r->retransmits = tp->total_retrans;
}

#endif
