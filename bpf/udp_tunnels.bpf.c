// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* UDP sockets of the kernel's tunnels: VXLAN, GENEVE, WireGuard, FOU, L2TP, IPsec behind NAT, OpenVPN's offload. A datagram that comes in goes to
 * encap_rcv before cgroup programs are called (udp_queue_rcv_one_skb()); one that goes out belongs to the socket of the inner packet, or to
 * none (iptunnel_xmit()). So no program counts them, and the socket has no counters either: each gets a record without figures. Part of
 * tcp.bpf.c and of tcp_table.bpf.c. */
#include "udp_owner.h"

static __always_inline bool is_tunnel(struct udp_sock *up)
{
	return bpf_core_field_exists(up->encap_type) && up->encap_type;
}

/* The kernel's own socket, or that of the daemon which set up the tunnel. t NULL: nothing is known of it. */
static __always_inline void tunnel_owner_fill(struct tcptop_udp_record *r, struct sock *sk, const struct tracked *t)
{
	if (BPF_CORE_READ_BITFIELD(sk, sk_kern_sock)) {
		r->how = OWNER_KERNEL;
		return;
	}
	if (!t)
		return;
	r->how = t->how;
	r->several = t->several;
	r->cgroup_id = t->owner.cgroup_id;
	r->owner_start_ns = t->owner.start_ns;
	r->tgid = t->owner.pid;
	r->uid = t->owner.uid;
	__builtin_memcpy(r->comm, t->owner.comm, sizeof(r->comm));
}

static __always_inline void tunnel_fill(struct tcptop_udp_record *r, struct sock *sk)
{
	__builtin_memset(r, 0, sizeof(*r));
	r->tag = TAG_UDP_FLOW;
	r->size = sizeof(*r);
	r->state = UDP_LISTED;
	r->cookie = bpf_get_socket_cookie(sk);
	r->unknown = UNKNOWN_BYTES | UNKNOWN_PACKETS | UNKNOWN_AGE | UNKNOWN_DROPPED_BYTES | UNKNOWN_DROPPED_PACKETS;
	r->family = sock_read_ends(sk, r->local_address, r->remote_address, &r->scope);
	/* Without the peer of a connected one, of which the socket may have a flow: what the daemon says itself. */
	__builtin_memset(r->remote_address, 0, sizeof(r->remote_address));
	r->local_port = sk->__sk_common.skc_num;
	r->netns = sock_netns(sk);
}

static __always_inline void tunnel_report(struct seq_file *seq, struct udp_sock *up)
{
	struct sock *sk = (struct sock *)up;
	struct tcptop_udp_record r;
	long err;

	if (!is_tunnel(up))
		return;
	tunnel_fill(&r, sk);
	tunnel_owner_fill(&r, sk, bpf_sk_storage_get(&udp_sockets, sk, 0, 0));
	err = bpf_seq_write(seq, &r, sizeof(r));
	if (err && err != -EOVERFLOW)
		count(COUNTER_SNAPSHOT_LOST);
}

/* Walks the network namespace of the caller of bpf_iter_create(). */
SEC("iter/udp")
int udp_tunnels(struct bpf_iter__udp *ctx)
{
	struct udp_sock *up = ctx->udp_sk; /* read once: the verifier takes only the register that was tested for not NULL */

	if (up)
		tunnel_report(ctx->meta->seq, up);
	return 0;
}
