/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For udp_flow.h: answers of name servers, copied into the ring as TAG_DNS_ANSWER. Only those from a server that the socket has sent something to:
 * what nobody asked for is no answer. User space reads them (src/decode/dns.ts). */
#ifndef TCPTOP_DNS_H
#define TCPTOP_DNS_H

#include "datagram.h"
#include "record.h"
#include "udp_sockets.h"

#define DNS_HEADER_BYTES 12
#define DNS_WINDOW_NS 1000000000ull

/* Set before load. As dead code the verifier removes what depends on it. */
const volatile struct udp_settings udp_settings = {};

/* The ring of the TCP programs, where these are loaded (the shim makes it one map); else one of its own. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, DNS_RING_BYTES);
} events SEC(".maps");

struct dns_window {
	__u64 begin_ns;
	__u64 answers;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct dns_window);
} dns_windows SEC(".maps");

/* Two CPUs that begin a window at once may let a few more through. The ring's second half is for connections. */
static __always_inline bool dns_may_copy(__u64 now_ns)
{
	__u32 first = 0;
	struct dns_window *w = bpf_map_lookup_elem(&dns_windows, &first);

	if (!w || bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >= bpf_ringbuf_query(&events, BPF_RB_RING_SIZE) / 2)
		return false;
	if (now_ns - w->begin_ns >= DNS_WINDOW_NS) {
		w->begin_ns = now_ns;
		w->answers = 0;
	}
	if (w->answers >= DNS_ANSWERS_A_SECOND)
		return false;
	__sync_fetch_and_add(&w->answers, 1);
	return true;
}

static __always_inline void dns_fill(struct tcptop_dns_answer *r, const struct tracked *t, __u64 now_ns, __u32 bytes, __u16 size)
{
	r->tag = TAG_DNS_ANSWER;
	r->size = size;
	r->bytes = bytes;
	r->pad = 0;
	r->time_ns = now_ns;
	r->cookie = t->cookie;
	r->owner_start_ns = t->owner.start_ns;
	r->tgid = t->owner.pid;
	r->netns = t->netns;
}

/* `room` is a constant: bpf_ringbuf_reserve() takes no other size. What is longer is cut. False: the ring is full. */
static __always_inline bool dns_copy(struct __sk_buff *skb, const struct tracked *t, __u64 now_ns, __u32 bytes, const __u32 room)
{
	const __u32 size = __builtin_offsetof(struct tcptop_dns_answer, payload) + room;
	struct tcptop_dns_answer *r = bpf_ringbuf_reserve(&events, size, 0);
	__u64 length = bytes;

	if (!r)
		return false;
	dns_fill(r, t, now_ns, bytes > 0xffff ? 0xffff : bytes, size);
	for (__u32 i = 0; i < room; i += 8)
		*(volatile __u64 *)(r->payload + i) = 0;
	if (length > room)
		length = room;
	/* Two comparisons of one register, which the compiler would make one of two: so the verifier sees both bounds. */
	asm volatile("" : "+r"(length));
	if (length < DNS_HEADER_BYTES)
		goto none;
	asm volatile("" : "+r"(length));
	if (length > room || bpf_skb_load_bytes(skb, skb->len - bytes, r->payload, length))
		goto none;
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return true;
none:
	bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
	return true;
}

/* Not inline: off the way of other datagrams. */
static __noinline int dns_answered(struct __sk_buff *skb, __u32 bytes)
{
	struct bpf_sock *sk = skb->sk ? bpf_sk_fullsock(skb->sk) : 0;
	struct tracked *t = sk ? bpf_sk_storage_get(&udp_sockets, sk, 0, 0) : 0;
	__u64 now_ns = bpf_ktime_get_boot_ns();

	/* Of a socket that is nobody's, or the kernel's, no process has asked. */
	if (!t || t->how == OWNER_NONE || t->how == OWNER_KERNEL || bytes < DNS_HEADER_BYTES)
		return 1;
	if (!dns_may_copy(now_ns))
		return 0;
	if (bytes <= DNS_SHORT_BYTES)
		return dns_copy(skb, t, now_ns, bytes, DNS_SHORT_BYTES);
	if (bytes <= DNS_MIDDLE_BYTES)
		return dns_copy(skb, t, now_ns, bytes, DNS_MIDDLE_BYTES);
	return dns_copy(skb, t, now_ns, bytes, DNS_LONG_BYTES);
}

#endif
