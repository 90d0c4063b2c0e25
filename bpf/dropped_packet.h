/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the programs on kfree_skb: the ends, protocol and payload of a packet, wherever in the stack it was thrown away. */
#ifndef TCPTOP_DROPPED_PACKET_H
#define TCPTOP_DROPPED_PACKET_H

#include "kernel.h"
#include "drops.h"
#include "udp_flows.h"

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd
#define IP_FRAGMENT_OFFSET 0x1fff
#define UDP_HEADER_BYTES 8
#define EXTENSIONS_MAX 4
#define NEXT_FRAGMENT 44

struct net_device {
	int ifindex;
	possible_net_t nd_net;
} KERNEL_TYPE;
struct dst_entry { struct net_device *dev; } KERNEL_TYPE;

struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned long _skb_refdst; /* of a struct dst_entry, with a flag in bit 0 */
	unsigned char *head;
	unsigned char *data;
	unsigned int end;    /* offset from head on 64-bit machines, which all of ours are */
	unsigned int len;
	unsigned int data_len;
	int skb_iif;         /* not skb->dev, which udp_set_dev_scratch() overwrites */
	__be16 protocol;
	u16 network_header;
	u16 transport_header;
} KERNEL_TYPE;
struct skb_shared_info { unsigned short gso_size, gso_segs; } KERNEL_TYPE;

struct payload {
	u64 bytes;
	u64 packets;
	u8 tcp_flags;
};

/* Bytes from `at` to the end of the packet. */
static __always_inline long bytes_behind(struct sk_buff *skb, const unsigned char *at)
{
	return (long)skb->len - (long)(at - skb->data);
}

static __always_inline u16 segment_size(struct sk_buff *skb)
{
	struct skb_shared_info *info = (void *)(skb->head + skb->end);

	return BPF_CORE_READ(info, gso_size);
}

/* `bytes`: of all segments together, of which each has `size`; 0: there is one. udp_send_skb() and TCP set gso_segs; a packet from a virtual machine
 * or a faulty driver may have gso_size alone. */
static __always_inline void payload_set(struct payload *p, struct sk_buff *skb, u16 size, long bytes)
{
	struct skb_shared_info *info = (void *)(skb->head + skb->end);
	u16 segments;

	p->bytes = bytes > 0 ? bytes : 0;
	p->packets = 1;
	if (!size)
		return;
	segments = BPF_CORE_READ(info, gso_segs);
	if (segments)
		p->packets = segments;
	else if (p->bytes > size)
		p->packets = (p->bytes + size - 1) / size;
}

/* Offset of the transport header from the IP header, and the protocol; 0: neither TCP nor UDP. total: bytes from the IP header on, as it says. */
static __always_inline u32 network_read_v4(const unsigned char *at, struct drop_key *key, u32 *total, bool *is_fragment)
{
	u8 ip[20];

	if (bpf_probe_read_kernel(ip, sizeof(ip), at) || ip[0] >> 4 != 4)
		return 0;
	key->protocol = ip[9];
	*total = bpf_ntohs(*(u16 *)(ip + 2));
	*is_fragment = bpf_ntohs(*(u16 *)(ip + 6)) & IP_FRAGMENT_OFFSET;
	address_map_v4(key->source, ip + 12);
	address_map_v4(key->destination, ip + 16);
	return (ip[0] & 15) * 4;
}

struct extensions {
	u64 at;  /* address of the IP header: as an argument it would have to be a number to the verifier */
	u8 next; /* protocol of what follows the IP header, then of what follows the extensions */
	u8 is_fragment; /* and not the first one */
};

/* Hop-by-hop options, routing, destination options, the first fragment: type, then length in units of 8 bytes without the first 8. Offset of what
 * follows from the IP header; 0: it cannot be read. Not static: the verifier goes through it once, and what follows once for all the ways through
 * it, which made half of the time that loading the program took. (Pointers as arguments: 5.12, before there were reasons.) */
__noinline u32 extensions_skip(struct extensions *e)
{
	u32 offset = 40;
	u8 head[4];

	if (!e)
		return 0;
#pragma unroll
	for (int i = 0; i < EXTENSIONS_MAX; i++) {
		u8 next = e->next;

		if (next != 0 && next != 43 && next != 60 && next != NEXT_FRAGMENT)
			break;
		if (bpf_probe_read_kernel(head, sizeof(head), (const void *)(e->at + offset)))
			return 0;
		if (next == NEXT_FRAGMENT)
			e->is_fragment |= (bpf_ntohs(*(u16 *)(head + 2)) & 0xfff8) != 0;
		offset += next == NEXT_FRAGMENT ? 8 : (head[1] + 1) * 8;
		e->next = head[0];
	}
	return offset;
}

static __always_inline u32 network_read_v6(const unsigned char *at, struct drop_key *key, u32 *total, bool *is_fragment)
{
	struct extensions e = { .at = (u64)at };
	u8 ip[40];
	u32 offset;

	if (bpf_probe_read_kernel(ip, sizeof(ip), at) || ip[0] >> 4 != 6)
		return 0;
	e.next = ip[6];
	*total = bpf_ntohs(*(u16 *)(ip + 4));
	if (*total)
		*total += sizeof(ip);
	__builtin_memcpy(key->source, ip + 8, 16);
	__builtin_memcpy(key->destination, ip + 24, 16);
	offset = extensions_skip(&e);
	key->protocol = e.next;
	*is_fragment = e.is_fragment;
	return offset;
}

/* TCP's header has its own length, and the flags behind it. */
static __always_inline u32 transport_length(u8 protocol, const unsigned char *at, struct payload *p)
{
	u8 words_and_flags[2] = {};

	if (protocol == IPPROTO_UDP)
		return UDP_HEADER_BYTES;
	bpf_probe_read_kernel(words_and_flags, sizeof(words_and_flags), at + 12);
	p->tcp_flags = words_and_flags[1];
	return (words_and_flags[0] >> 4) * 4;
}

/* The IP header says what belongs to the packet, as a short Ethernet frame is padded; but not of several segments that are one packet. A packet
 * that a driver hands up, and one that waits for a CPU's backlog, has its header where data begins. */
static __always_inline bool packet_read(struct sk_buff *skb, struct drop_key *key, struct payload *p)
{
	bool is_v4 = skb->protocol == bpf_htons(ETH_P_IP), is_fragment = false;
	const unsigned char *at = skb->head + skb->network_header;
	u32 total = 0, offset;
	u16 ports[2] = {}, size;

	if (!is_v4 && skb->protocol != bpf_htons(ETH_P_IPV6))
		return false;
	offset = is_v4 ? network_read_v4(at, key, &total, &is_fragment) : network_read_v6(at, key, &total, &is_fragment);
	if (!offset || (key->protocol != IPPROTO_TCP && key->protocol != IPPROTO_UDP))
		return false;
	size = segment_size(skb);
	if (!total || size)
		total = bytes_behind(skb, at);
	if (is_fragment) {
		payload_set(p, skb, size, (long)total - offset);
		return true;
	}
	bpf_probe_read_kernel(ports, sizeof(ports), at + offset);
	key->source_port = bpf_ntohs(ports[0]);
	key->destination_port = bpf_ntohs(ports[1]);
	payload_set(p, skb, size, (long)total - offset - transport_length(key->protocol, at + offset, p));
	return true;
}

/* A packet to which IP has not come yet: it has a transport header alone, and its ends are those of its socket. */
static __always_inline bool packet_of_socket(struct sk_buff *skb, struct sock *sk, struct drop_key *key, struct payload *p)
{
	const unsigned char *at = skb->head + skb->transport_header;

	key->protocol = sk->sk_protocol;
	if (sk->__sk_common.skc_family == AF_INET) {
		address_map_v4(key->source, (u8 *)&(__be32){ sk->__sk_common.skc_rcv_saddr });
		address_map_v4(key->destination, (u8 *)&(__be32){ sk->__sk_common.skc_daddr });
	} else {
		for (int i = 0; i < 4; i++) {
			((u32 *)key->source)[i] = sk->__sk_common.skc_v6_rcv_saddr.in6_u.u6_addr32[i];
			((u32 *)key->destination)[i] = sk->__sk_common.skc_v6_daddr.in6_u.u6_addr32[i];
		}
	}
	key->source_port = sk->__sk_common.skc_num;
	key->destination_port = bpf_ntohs(sk->__sk_common.skc_dport);
	payload_set(p, skb, segment_size(skb), bytes_behind(skb, at) - transport_length(key->protocol, at, p));
	return true;
}

#endif
