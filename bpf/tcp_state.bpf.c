// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Changes of state, from connect() or listen() to the freeing of the socket. Part of tcp.bpf.c and of tcp_table.bpf.c. */
#include "lifecycle.h"
#include "reset_why.h"
#include "still.h"

static __always_inline void state_changes(struct sock *sk, int old, int new)
{
	if (sk->sk_protocol != IPPROTO_TCP || old == new)
		return;
	switch (new) { /* the cookie is asked for in each case: half of a connection's changes need none */
	case TCP_SYN_SENT:
		lifecycle_start(sk, bpf_get_socket_cookie(sk), DIRECTION_OUTBOUND);
		break;
	case TCP_LISTEN:
		lifecycle_start(sk, bpf_get_socket_cookie(sk), DIRECTION_UNKNOWN);
		break;
	case TCP_ESTABLISHED:
		if (!settings.witness_alone)
			lifecycle_established(sk, bpf_get_socket_cookie(sk), old);
		break;
	case TCP_FIN_WAIT1:
	case TCP_LAST_ACK:
		lifecycle_closing(sk, bpf_get_socket_cookie(sk), old);
		break;
	case TCP_CLOSE:
		if (!settings.witness_alone)
			lifecycle_closed(sk, bpf_get_socket_cookie(sk), old);
		break;
	}
}

/* Fires for every protocol on inet_sock_set_state() (MPTCP, SCTP and DCCP too) and in whatever context the change happens. */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tcp_state, struct sock *sk, int old, int new)
{
	state_changes(sk, old, new);
	still_stir();
	return 0;
}

/* For changes in a softirq that interrupts tcp_state (lifecycle.h). */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tcp_state_again, struct sock *sk, int old, int new)
{
	state_changes(sk, old, new);
	still_stir();
	return 0;
}

SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(tcp_reset_received, struct sock *sk)
{
	reset_note(sk, ECONNRESET);
	return 0;
}

/* struct sock *sk, struct sk_buff *skb, since 6.10 enum sk_rst_reason reason: read where the kernel has it alone, or the verifier refuses it. sk is NULL
 * where the reset answers what belongs to no socket. */
SEC("tp_btf/tcp_send_reset")
int tcp_reset_sent(unsigned long long *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];

	if (!bpf_core_type_exists(enum sk_rst_reason)) {
		reset_note(sk, ECONNABORTED);
	} else if (!is_fast_close(sk, (u32)ctx[2])) {
		reset_note(sk, ECONNABORTED);
		reset_report(sk, (u32)ctx[2]);
	}
	return 0;
}

SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(tcp_destroyed, struct sock *sk)
{
	u64 cookie = bpf_get_socket_cookie(sk);

	if (!settings.witness_alone)
		lifecycle_destroyed(sk, cookie);
	track_freed(sk, cookie);
	still_stir();
	return 0;
}
