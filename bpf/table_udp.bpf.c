// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* TAG_UDP_OWNER records of what an owner pass found, and what sockets have lost, by iterators that these kernels do allow. Part of
 * tcp_table.bpf.c. */
#include "udp_losses.h"
#include "udp_owner.h"

static __always_inline struct sock *udp_of_descriptor(struct bpf_iter__task_file *ctx)
{
	struct file *file = ctx->file;
	struct socket *socket = ctx->task && file ? bpf_sock_from_file(file) : NULL;

	return socket && socket->sk && udp_is_socket(socket->sk) ? socket->sk : NULL;
}

/* UDP sockets with a descriptor. Run after an owner pass. */
SEC("iter/task_file")
int udp_settled_files(struct bpf_iter__task_file *ctx)
{
	struct sock *sk = udp_of_descriptor(ctx);
	struct tracked *t = sk ? bpf_sk_storage_get(&udp_sockets, sk, 0, 0) : NULL;

	if (sk && t)
		udp_owner_report(ctx->meta->seq, sk, t);
	return 0;
}

/* The same sockets. Run with each regular owner pass. */
SEC("iter/task_file")
int udp_losses(struct bpf_iter__task_file *ctx)
{
	struct sock *sk = udp_of_descriptor(ctx);
	struct tracked *t = sk ? bpf_sk_storage_get(&udp_sockets, sk, 0, 0) : NULL;

	if (sk && t)
		udp_loss_write(ctx->meta->seq, sk, t);
	return 0;
}

/* The kernel's own UDP sockets, which have no descriptor. Walks the network namespace of the caller of bpf_iter_create(). */
SEC("iter/udp")
int udp_settled_kernel(struct bpf_iter__udp *ctx)
{
	struct sock *sk = (struct sock *)ctx->udp_sk;
	struct tracked *t = sk ? bpf_sk_storage_get(&udp_sockets, sk, 0, 0) : NULL;

	if (sk && t && t->how == OWNER_NONE)
		udp_owner_report(ctx->meta->seq, sk, t);
	return 0;
}
