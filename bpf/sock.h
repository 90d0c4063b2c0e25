/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the TCP programs: what the kernel's struct sock says of a connection. Reads only. */
#ifndef TCPTOP_SOCK_H
#define TCPTOP_SOCK_H

#include "maps.h"

static __always_inline bool sock_flag(struct sock *sk, enum sock_flags flag)
{
	return sk->__sk_common.skc_flags & (1UL << flag);
}

/* Inode number of its network namespace. By address where that is allowed: process.h. */
static __always_inline u32 sock_netns(struct sock *sk)
{
	return settings.long_names ? BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum) : sk->__sk_common.skc_net.net->ns.inum;
}

/* struct tcp_sock.fastopen_rsk. By address as well. */
static __always_inline bool sock_is_in_fastopen(struct tcp_sock *tp)
{
	return settings.long_names ? BPF_CORE_READ(tp, fastopen_rsk) : tp->fastopen_rsk;
}

static __always_inline bool is_subflow(struct tcp_sock *tp)
{
	return bpf_core_field_exists(tp->is_mptcp) && tp->is_mptcp;
}

/* sk_drops_read() */
static __always_inline u32 sock_drops(struct sock *sk)
{
	struct numa_drop_counters *apart;

	if (bpf_core_field_exists(sk->sk_drop_counters)) {
		apart = sk->sk_drop_counters;
		if (apart)
			return apart->drops0.counter + apart->drops1.counter;
	}
	return sk->sk_drops.counter;
}

/* Whether this side's FIN has been sent. It gets the last sequence number when it is queued, after tcp_close_state() and before
 * release_sock(), and has been sent when no queued byte is left. A read without the lock may see the new state before that: tx_bytes is
 * then one byte short until the next read. */
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

/* Whether its handshake has ended, and it is still there. */
static __always_inline bool is_past_handshake(u8 state)
{
	switch (state) {
	case TCP_ESTABLISHED:
	case TCP_CLOSE_WAIT:
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_CLOSING:
	case TCP_LAST_ACK:
		return true;
	}
	return false;
}

/* The direction of a connection that is older than tcptop. Beside a FIN, who called connect() has a byte more acknowledged or in flight than was sent, the SYN, and who
 * was called has not (sock_tx_bytes()). Where this machine refused an attempt that cannot be told: then by sk_max_ack_backlog, of which a child has its listener's
 * (sk_clone_lock()) and a socket that called connect() has 0, but for one that listened before; listen(fd, 0) leaves 0 too. */
static __always_inline u8 sock_direction(struct sock *sk, struct tcp_sock *tp, u8 state)
{
	u32 next;
	u64 beyond;

	if (state == TCP_LISTEN)
		return DIRECTION_UNKNOWN;
	if (tp && is_past_handshake(state)) {
		next = tp->snd_nxt;
		beyond = tp->bytes_acked + (u32)(next - tp->snd_una) - (tp->bytes_sent - tp->bytes_retrans) - sock_fin_is_out(sk, next, tp);
		if (beyond <= 1)
			return beyond ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
	}
	return sk->sk_max_ack_backlog ? DIRECTION_INBOUND : DIRECTION_OUTBOUND;
}

/* bytes_received counts the peer's FIN as one byte (tcp_rcv_nxt_update() is given end_seq), and tcp_fin() sets SOCK_DONE just after. So a
 * count that is read after the flag was seen includes the FIN. */
static __always_inline u64 sock_rx_bytes(struct sock *sk, struct tcp_sock *tp)
{
	u64 bytes = tp->bytes_received;

	if (!sock_flag(sk, SOCK_DONE))
		return bytes;
	barrier();
	bytes = tp->bytes_received;
	return bytes ? bytes - 1 : 0;
}

/* Payload that was acknowledged (bytes_acked) or is in flight (snd_nxt - snd_una), without SYN and FIN, which have sequence numbers too.
 * bytes_sent would be too high: it counts each attempt, also one that a full queue or a firewall of this machine refuses, and the next
 * attempt is no retransmission then. snd_nxt moves only when the layer below has taken the packet (tcp_write_xmit()). SYN: an active
 * opener's is acknowledged as a byte (tcp_rcv_synsent_state_process()); a passive one's lies before snd_una from the start
 * (tcp_create_openreq_child()). bytes_acked moves before snd_una (tcp_snd_una_update()), so in this order a read without the lock is low
 * rather than high. FIN: in TCP_CLOSE, as a socket is whose end went unseen, the state does not say whether one was sent. bytes_sent -
 * bytes_retrans is never below the payload, so if it is below the sum, the sum includes a FIN. */
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

/* Whether a socket that goes from state old to TCP_CLOSE never was a connection: its handshake did not end. A client whose SYN was acknowledged was
 * one, though its change to ESTABLISHED went unseen; so was a child of TCP Fast Open, which its process may use before the handshake ends. */
static __always_inline bool sock_never_connected(struct tcp_sock *tp, u8 direction, int old)
{
	if (old == TCP_SYN_SENT || old == TCP_CLOSE)
		return direction == DIRECTION_OUTBOUND && !tp->bytes_acked;
	return old == TCP_SYN_RECV && !sock_is_in_fastopen(tp) && !tp->bytes_received;
}

/* Whether a connect() that fails, or is given up, has sent no SYN. tcp_v4_connect() sets TCP_SYN_SENT before it looks for a local port (inet_hash_connect()), and
 * TCP_CLOSE again where there is none or the addresses and ports are in use; TCP Fast Open may wait for the first write (tcp_fastopen_defer_connect()).
 * __tcp_transmit_skb() counts a segment before the layer below has it, so one that is dropped there counts; tcp_disconnect() clears the count (since 5.6). */
static __always_inline bool sock_sent_nothing(struct tcp_sock *tp)
{
	return !tp->segs_out;
}

static __always_inline void sock_read_address6(u8 to[16], struct in6_addr *from)
{
	u32 *words = (u32 *)to;

	words[0] = from->in6_u.u6_addr32[0];
	words[1] = from->in6_u.u6_addr32[1];
	words[2] = from->in6_u.u6_addr32[2];
	words[3] = from->in6_u.u6_addr32[3];
}

/* The rest of both must be 0. scope: of those that have one. Returns the family as records have it. */
static __always_inline u8 sock_read_ends(struct sock *sk, u8 local[16], u8 remote[16], u32 *scope)
{
	if (sk->__sk_common.skc_family == AF_INET6) {
		sock_read_address6(local, &sk->__sk_common.skc_v6_rcv_saddr);
		sock_read_address6(remote, &sk->__sk_common.skc_v6_daddr);
		*scope = sk->__sk_common.skc_bound_dev_if;
		return 6;
	}
	*(u32 *)local = sk->__sk_common.skc_rcv_saddr;
	*(u32 *)remote = sk->__sk_common.skc_daddr;
	return 4;
}

static __always_inline void sock_read_addresses(struct tcptop_tcp_record *r, struct sock *sk, struct tcp_sock *tp)
{
	r->family = sock_read_ends(sk, r->local_address, r->remote_address, &r->scope);
	r->remote_port = bpf_ntohs(sk->__sk_common.skc_dport);
	/* Not skc_num: inet_put_port() has cleared it by the time a connection is closed. */
	r->local_port = bpf_ntohs(tp->inet_conn.icsk_inet.inet_sport);
	r->netns = sock_netns(sk);
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
