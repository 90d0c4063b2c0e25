// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* Datagrams that the kernel drops between udp_in (udp.bpf.c) and the process: full receive buffer, socket filter. An object of its own,
 * since it needs the kernel's types and kfree_skb's fourth argument, the receiving socket (sk_skb_reason_drop(), 6.11, commit
 * c53795d48ee8). The verifier of a kernel without that argument refuses it. */
#include "kernel.h"
#include "udp_busy.h"
#include "udp_flows.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define UDP_HEADER_BYTES 8

enum skb_drop_reason { SKB_DROP_REASON_UDP_CSUM, SKB_DROP_REASON_XFRM_POLICY };

struct sk_buff {
	unsigned char *head;
	unsigned char *data;
	unsigned int end;    /* offset from head on 64-bit machines, which all of ours are */
	unsigned int len;
	int skb_iif;         /* not skb->dev, which udp_set_dev_scratch() overwrites */
	u16 network_header;
	u16 transport_header;
} KERNEL_TYPE;
struct skb_shared_info { unsigned short gso_size, gso_segs; } KERNEL_TYPE;

struct udp_header { __be16 source, dest, length, sum; };

static __always_inline bool addresses_read(struct sk_buff *skb, u8 source[16], u8 destination[16])
{
	const unsigned char *ip = skb->head + skb->network_header;
	u8 header[40];

	if (bpf_probe_read_kernel(header, 20, ip))
		return false;
	if (header[0] >> 4 == 4) {
		address_map_v4(source, header + 12);
		address_map_v4(destination, header + 16);
		return true;
	}
	if (bpf_probe_read_kernel(header, 40, ip))
		return false;
	__builtin_memcpy(source, header + 8, 16);
	__builtin_memcpy(destination, header + 24, 16);
	return true;
}

/* The same payload as udp_in counted. From the UDP header, since headers may have been pulled and a socket filter may have trimmed the skb since;
 * from skb->len where GRO merged several datagrams, whose header has the length of the first. */
static __always_inline void size_read(struct sk_buff *skb, const struct udp_header *udp, u64 *bytes, u64 *packets)
{
	struct skb_shared_info *info = (void *)(skb->head + skb->end);
	u16 size = BPF_CORE_READ(info, gso_size), segments = BPF_CORE_READ(info, gso_segs);
	long pulled = skb->data - skb->head - skb->transport_header;

	*packets = 1;
	*bytes = bpf_ntohs(udp->length) - UDP_HEADER_BYTES;
	if (!size && udp->length) /* 0: a jumbogram */
		return;
	*bytes = skb->len + pulled - UDP_HEADER_BYTES;
	if (size)
		*packets = segments ? segments : (*bytes + size - 1) / size;
}

/* Where udp_in counted it: both figures have to be read together. */
static __always_inline struct udp_traffic *traffic_of(struct sk_buff *skb, struct sock *sk, const struct udp_header *udp)
{
	struct udp_key key = {};
	struct udp_words words;
	struct udp_busy *busy;
	struct udp_flow *flow;
	u8 destination[16];

	if (!addresses_read(skb, key.remote_address, destination))
		return NULL;
	key.cookie = bpf_get_socket_cookie(sk);
	key.scope = is_scoped(key.remote_address) || is_scoped(destination) ? skb->skb_iif : 0;
	key.remote_port = bpf_ntohs(udp->source);
	__builtin_memcpy(&words, &key, sizeof(words));
	busy = udp_busy_find(&words);
	if (busy)
		return &busy->traffic;
	flow = bpf_map_lookup_elem(&udp_flows, &key);
	return flow ? &flow->traffic : NULL;
}

/* Whether a datagram was dropped before udp_in saw it: udp_queue_rcv_one_skb() checks the IPsec policy, and the checksum if a filter is
 * attached, before it calls cgroup programs. */
static __always_inline bool is_unseen(u64 reason)
{
	return reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_UDP_CSUM) ||
	       (bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_XFRM_POLICY) &&
		reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_XFRM_POLICY));
}

/* Runs for each skb that is dropped. Not for one that was delivered: that is consume_skb. */
SEC("tp_btf/kfree_skb")
int BPF_PROG(udp_dropped, struct sk_buff *skb, void *location, int reason, struct sock *sk)
{
	struct udp_header udp;
	struct udp_traffic *traffic;
	u64 bytes, packets;

	if (!sk || sk->sk_protocol != IPPROTO_UDP || sk->sk_type != SOCK_DGRAM)
		return 0;
	if (bpf_probe_read_kernel(&udp, sizeof(udp), skb->head + skb->transport_header))
		return 0;
	traffic = traffic_of(skb, sk, &udp);
	if (!traffic)
		return 0;
	size_read(skb, &udp, &bytes, &packets);
	if (is_unseen(reason)) {
		__sync_fetch_and_add(&traffic->rx_bytes, bytes);
		__sync_fetch_and_add(&traffic->rx_packets, packets);
	}
	__sync_fetch_and_add(&traffic->rx_dropped_bytes, bytes);
	__sync_fetch_and_add(&traffic->rx_dropped_packets, packets);
	traffic->last_ns = bpf_ktime_get_boot_ns();
	return 0;
}
