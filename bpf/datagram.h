/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For the programs that count UDP: addresses, ports and payload of one datagram, as a cgroup_skb program is given it. data begins at the IP
 * header in both directions (__cgroup_bpf_run_filter_skb() pushes it back on); sent datagrams come before fragmentation, received ones
 * after reassembly. */
#ifndef TCPTOP_DATAGRAM_H
#define TCPTOP_DATAGRAM_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "udp_busy.h"
#include "udp_flows.h"

#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd
#define UDP_HEADER_BYTES 8
#define FRAGMENT_HEADER 44
#define EXTENSIONS_MAX 6 /* RFC 8200 names six, each at most once but for destination options */

struct datagram {
	__u8 source[16] __attribute__((aligned(4)));
	__u8 destination[16];
	__be16 ports[2];     /* source, destination */
	__u32 bytes;         /* payload */
	__u32 packets;       /* datagrams on the wire: more than 1 with GSO or GRO */
};

/* Most of what comes in: a look at the packet is cheaper than one at its socket, which takes a call. With extension headers it is left to that. Of what
 * goes out the socket is at hand, and the look at the packet the dearer one (measured: 7 ns to 3). */
static __always_inline bool is_tcp_segment(struct __sk_buff *skb)
{
	const __u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (data + 20 > end)
		return false;
	return data[0] >> 4 == 4 ? data[9] == IPPROTO_TCP : data[6] == IPPROTO_TCP;
}

/* Nearly every datagram: IPv4 without options or IPv6 without extension headers, with the headers in the linear part of the skb. Direct access is
 * 35 ns cheaper than bpf_skb_load_bytes(). cgroup_skb may do it since 5.0 (commit b39b5f411dcf). False: not such a datagram. */
static __always_inline bool datagram_read_plain(struct __sk_buff *skb, struct datagram *d, __u32 *offset)
{
	const __u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (data + 28 > end)
		return false;
	if (data[0] == 0x45 && data[9] == IPPROTO_UDP) {
		address_map_v4(d->source, data + 12);
		address_map_v4(d->destination, data + 16);
		__builtin_memcpy(d->ports, data + 20, 4);
		*offset = 20;
		return true;
	}
	if (data[0] >> 4 != 6 || data[6] != IPPROTO_UDP || data + 48 > end)
		return false;
	__builtin_memcpy(d->source, data + 8, 16);
	__builtin_memcpy(d->destination, data + 24, 16);
	__builtin_memcpy(d->ports, data + 40, 4);
	*offset = 40;
	return true;
}

/* The same datagrams in words, which stay in registers: 15 ns less. Without the socket's cookie. False: not such a datagram, or one of scoped addresses. */
static __always_inline bool datagram_read_words(struct __sk_buff *skb, bool out, struct udp_words *w, __u32 *bytes)
{
	const __u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (data + 28 > end)
		return false;
	if (data[0] == 0x45 && data[9] == IPPROTO_UDP) {
		w->address[0] = 0;
		w->address[1] = 0xffff0000 | (__u64)*(const __u32 *)(data + (out ? 16 : 12)) << 32; /* ::ffff:a.b.c.d */
		w->rest = (__u64)bpf_ntohs(*(const __be16 *)(data + (out ? 22 : 20))) << 32;
		*bytes = skb->len - 28;
		return true;
	}
	if (data[0] >> 4 != 6 || data[6] != IPPROTO_UDP || data + 48 > end || is_scoped(data + 8) || is_scoped(data + 24))
		return false;
	w->address[0] = *(const __u64 *)(data + (out ? 24 : 8));
	w->address[1] = *(const __u64 *)(data + (out ? 32 : 16));
	w->rest = (__u64)bpf_ntohs(*(const __be16 *)(data + (out ? 42 : 40))) << 32;
	*bytes = skb->len - 48;
	return true;
}

static __always_inline bool datagram_read_v4(struct __sk_buff *skb, struct datagram *d, __u32 *offset)
{
	__u8 header[20];

	if (bpf_skb_load_bytes(skb, 0, header, sizeof(header)) || header[9] != IPPROTO_UDP)
		return false;
	*offset = (header[0] & 15) * 4;
	address_map_v4(d->source, header + 12);
	address_map_v4(d->destination, header + 16);
	return true;
}

/* Hop-by-hop options, routing, destination options, and a fragment header: of a datagram that is whole, since it came in one (RFC 6946), the kernel
 * leaves it there (ipv6_frag_rcv()). */
static __always_inline bool is_extension(__u8 type)
{
	return type == 0 || type == 43 || type == 60 || type == FRAGMENT_HEADER;
}

/* Type of what follows, then the length in units of 8 bytes without the first 8; a fragment header has none, and 8 bytes. */
static __always_inline __u32 extension_bytes(__u8 type, __u8 length)
{
	return type == FRAGMENT_HEADER ? 8 : (length + 1) * 8;
}

static __always_inline bool datagram_read_v6(struct __sk_buff *skb, struct datagram *d, __u32 *offset)
{
	__u8 header[40], next[2], type;

	if (bpf_skb_load_bytes(skb, 0, header, sizeof(header)))
		return false;
	__builtin_memcpy(d->source, header + 8, 16);
	__builtin_memcpy(d->destination, header + 24, 16);
	*offset = sizeof(header);
	next[0] = header[6];
#pragma unroll
	for (int i = 0; i < EXTENSIONS_MAX; i++) {
		type = next[0];
		if (!is_extension(type))
			break;
		if (bpf_skb_load_bytes(skb, *offset, next, sizeof(next)))
			return false;
		*offset += extension_bytes(type, next[1]);
	}
	return next[0] == IPPROTO_UDP;
}

/* udp_send_skb() sets gso_segs; a packet from a virtual machine or a faulty driver may have gso_size alone. */
static __always_inline __u32 datagram_packets(struct __sk_buff *skb, __u32 bytes)
{
	if (skb->gso_segs)
		return skb->gso_segs;
	return skb->gso_size && bytes > skb->gso_size ? (bytes + skb->gso_size - 1) / skb->gso_size : 1;
}

static __always_inline bool datagram_read_any(struct __sk_buff *skb, struct datagram *d, __u32 *offset)
{
	if (skb->protocol == bpf_htons(ETH_P_IP) ? !datagram_read_v4(skb, d, offset) : !datagram_read_v6(skb, d, offset))
		return false;
	return !bpf_skb_load_bytes(skb, *offset, d->ports, sizeof(d->ports));
}

static __always_inline bool datagram_read(struct __sk_buff *skb, struct datagram *d)
{
	__u32 offset;

	if (!datagram_read_plain(skb, d, &offset) && !datagram_read_any(skb, d, &offset))
		return false;
	if (skb->len < offset + UDP_HEADER_BYTES)
		return false;
	d->bytes = skb->len - offset - UDP_HEADER_BYTES;
	d->packets = datagram_packets(skb, d->bytes);
	return true;
}

#endif
