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

/* Our FIN has a sequence number, the last one, once it is in the queue: behind tcp_close_state() and before the lock is let go.
 * It is out when nothing that has a number waits. An unlocked read may meet the new state first, and be one byte short until the next. */
static __always_inline bool sock_fin_is_out(struct sock *sk, u32 next, struct tcp_sock *tp)
{
	switch (sk->__sk_common.skc_state) {
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_CLOSING:
	case TCP_LAST_ACK:
		return next == tp->write_seq;
	}
	return false;
}

/* What has sequence numbers and has left: what is acknowledged and what is on its way. snd_nxt moves when the layer below has taken the
 * packet (tcp_write_xmit()); bytes_sent counts each attempt, also where a full queue or a firewall of this machine refuses it, and the next
 * attempt is no retransmission then. An active opener's SYN has a number too and is acknowledged (tcp_rcv_synsent_state_process()); a
 * passive one's is before snd_una from the start (tcp_create_openreq_child()). bytes_acked moves before snd_una (tcp_snd_una_update()), so
 * read in this order an unlocked read is short rather than long.
 * A socket whose end went unseen is in TCP_CLOSE: whether its FIN is among the bytes is told by the attempts, of which there are no fewer. */
static __always_inline u64 sock_tx_bytes(struct sock *sk, struct tcp_sock *tp, u8 direction)
{
	u64 bytes = tp->bytes_acked, attempts;
	u32 una, next;

	barrier();
	una = tp->snd_una;
	next = tp->snd_nxt;
	bytes += next - una;
	if (bytes && direction == DIRECTION_OUTBOUND)
		bytes--;
	if (bytes && sock_fin_is_out(sk, next, tp))
		bytes--;
	attempts = tp->bytes_sent - tp->bytes_retrans;
	return sk->__sk_common.skc_state == TCP_CLOSE && attempts < bytes ? attempts : bytes;
}

/* Its handshake has not ended, and nothing was exchanged: no connection. One of TCP Fast Open serves its process before the handshake
 * has ended; a client whose SYN was acknowledged has a connection, whatever was seen of it. */
static __always_inline bool sock_never_was(struct tcp_sock *tp, u8 direction, int old)
{
	if (old == TCP_SYN_SENT || old == TCP_CLOSE)
		return direction == DIRECTION_OUTBOUND && !tp->bytes_acked;
	return old == TCP_SYN_RECV && !tp->fastopen_rsk && !tp->bytes_received;
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

static __always_inline void sock_read_counters(struct tcptop_tcp_record *r, struct sock *sk, struct tcp_sock *tp, u8 direction)
{
	r->rx_bytes = sock_rx_bytes(sk, tp);
	r->tx_bytes = sock_tx_bytes(sk, tp, direction);
	r->rx_packets = tp->segs_in;
	r->tx_packets = tp->segs_out;
	r->srtt_us = tp->srtt_us >> 3;
	r->rttvar_us = tp->mdev_us >> 2;
	r->cwnd = tp->snd_cwnd;
	r->retransmits = tp->total_retrans;
}

#endif
