// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The object of programs that need the kernel's types: TCP, and the owners of UDP sockets. Here is what needs a walk over socket storage: the
 * tick, what an owner pass found of UDP sockets, and what they have lost. Needs BTF, and 5.12 for bpf_get_socket_cookie() in tracing programs. */
#include "storage.h"

#include "tcp_state.bpf.c"
#include "tcp_owners.bpf.c"
#include "tcp_witness.bpf.c"
#include "udp_owners.bpf.c"
#include "udp_tunnels.bpf.c"
#include "snapshot.h"
#include "tcp_still.bpf.c"
#include "udp_losses.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The tick: every socket that is tracked, in every network namespace. */
SEC("iter/bpf_sk_storage_map")
int tcp_snapshot(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;       /* both are NULL in the last call, which ends the walk; both */
	struct tracked *t = ctx->value;  /* are tested, as the verifier wants of each pointer */

	if (sk && t) /* 1 ends the read() with EAGAIN, and the next read() begins with this socket */
		return !snapshot_write(sk, bpf_skc_to_tcp_sock(sk), t, bpf_get_socket_cookie(sk));
	shared.snapshot_end = bpf_ringbuf_query(&events, BPF_RB_PROD_POS);
	return 0;
}

/* After an owner pass: every UDP socket that is tracked, in every network namespace. */
SEC("iter/bpf_sk_storage_map")
int udp_settled(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	struct tracked *t = ctx->value;

	if (sk && t)
		udp_owner_report(ctx->meta->seq, sk, t);
	return 0;
}

/* The same sockets, each tick. */
SEC("iter/bpf_sk_storage_map")
int udp_losses(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	struct tracked *t = ctx->value;

	if (sk && t)
		udp_loss_write(ctx->meta->seq, sk, t);
	return 0;
}
