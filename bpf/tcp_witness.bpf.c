// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* A second kind of hook for openings and ends of TCP connections, beside inet_sock_set_state. Part of tcp.bpf.c and of tcp_table.bpf.c. */
#include "lifecycle.h"
#include "still.h"
#include "witness.h"

/* Changes to ESTABLISHED and CLOSE while the machine's first process is current. A hardened kernel (settings.has_witness) runs no tracing program
 * then, not even in a softirq that interrupts one of its threads, but it does run sockops programs. All others are left to inet_sock_set_state: of
 * some 17 calls a connection nearly all end with the look at who is current. */
static __always_inline void witness_look(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *socket;
	struct tcp_sock *tp;
	u32 state;
	u64 cookie;

	switch (ctx->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
	case BPF_SOCK_OPS_TCP_LISTEN_CB:
		if (!(ctx->bpf_sock_ops_cb_flags & BPF_SOCK_OPS_STATE_CB_FLAG))
			bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
		return;
	case BPF_SOCK_OPS_STATE_CB:
		break;
	default:
		return;
	}
	state = ctx->args[1];
	if ((state != TCP_ESTABLISHED && state != TCP_CLOSE) || !witness_is_needed())
		return;
	socket = ctx->sk;
	tp = socket ? bpf_skc_to_tcp_sock(socket) : NULL;
	if (!tp)
		return;
	cookie = bpf_get_socket_cookie(ctx);
	if (state == TCP_CLOSE)
		lifecycle_closed((struct sock *)tp, cookie, ctx->args[0]);
	else
		lifecycle_established((struct sock *)tp, cookie, ctx->args[0]);
}

/* A child of a listener is met here when it is made (PASSIVE_ESTABLISHED), as with TCP Fast Open, or when its handshake has ended. */
SEC("sockops")
int tcp_witness(struct bpf_sock_ops *ctx)
{
	witness_look(ctx);
	still_stir();
	return 1;
}
