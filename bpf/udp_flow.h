/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* For udp.bpf.c: from a datagram to its flow in the table. */
#ifndef TCPTOP_UDP_FLOW_H
#define TCPTOP_UDP_FLOW_H

#include "datagram.h"
#include "dns.h"
#include "record.h"
#include "udp_counters.h"
#include "udp_sockets.h"

#define AF_INET 2
#define SOCK_DGRAM 2

/* Which side sent the flow's first datagram. Where the socket is older than tcptop that was not seen: a connected one called connect(), so
 * the flow is outbound; of an unconnected one a first datagram out may be a request or a reply, so it is unknown. An unconnected socket
 * whose first flow was inbound is a server's (t->direction): what it sends later is a reply, also to a peer whose flow has expired
 * meanwhile. */
static __always_inline __u8 udp_direction(struct tracked *t, struct bpf_sock *sk, bool out)
{
	bool watched = t && t->opened_ns, connected = sk->dst_port;
	__u8 direction = out ? watched ? DIRECTION_OUTBOUND : DIRECTION_UNKNOWN : DIRECTION_INBOUND;

	if (connected && !watched)
		return DIRECTION_OUTBOUND;
	if (!t || connected)
		return out ? DIRECTION_OUTBOUND : direction;
	if (t->direction == DIRECTION_INBOUND)
		return DIRECTION_INBOUND;
	if (t->direction == DIRECTION_UNKNOWN)
		t->direction = direction;
	return direction;
}

static __always_inline void udp_flow_owner(struct udp_flow *flow, const struct tracked *t)
{
	if (t) {
		flow->how = t->how;
		flow->owner = t->owner;
		flow->netns = t->netns;
		flow->several = t->several;
	}
	if (flow->how == OWNER_NONE)
		udp_count(UDP_UNOWNED);
}

/* What is remembered for the socket; made where there is nothing, so that its cookie is there for the owner pass. NULL: no memory. */
static __always_inline struct tracked *udp_socket(struct __sk_buff *skb, struct bpf_sock *sk)
{
	struct tracked *t = bpf_sk_storage_get(&udp_sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (t && !t->cookie)
		t->cookie = bpf_get_socket_cookie(skb);
	return t;
}

/* A record that is thrown away wakes who reads the ring as one that is kept does. */
static __always_inline void udp_wake(void)
{
	void *none = bpf_ringbuf_reserve(&events, 8, 0);

	if (none)
		bpf_ringbuf_discard(none, BPF_RB_FORCE_WAKEUP);
}

/* One more flow is in the table. What interrupts the two lines hides one of these moments; the table has room for the next. */
static __always_inline void udp_flow_added(void)
{
	__u64 *added = udp_count(UDP_ADDED);

	if (udp_settings.wake && added && *added % UDP_FLOWS_WAKE == 0)
		udp_wake();
}

volatile struct udp_shared udp_shared = {};

/* The flow is to have a place, soon rather than by the next sample. Two CPUs that tell at once wake twice. */
static __always_inline void udp_flow_busy(struct udp_flow *flow)
{
	__u64 now_ns = bpf_ktime_get_boot_ns();

	flow->busy_told = 1;
	udp_count(UDP_BUSY);
	if (!udp_settings.wake || now_ns - udp_shared.woken_ns < UDP_BUSY_REST_NS)
		return;
	udp_shared.woken_ns = now_ns;
	udp_wake();
}

/* NULL, and counted, when the table is full. Two CPUs may make the same flow at once: the second finds it made. */
static __always_inline struct udp_flow *udp_flow_make(struct __sk_buff *skb, struct bpf_sock *sk, struct udp_key *key,
						      const struct datagram *d, bool out)
{
	struct tracked *t = udp_socket(skb, sk);
	struct udp_flow new = {}, *made;

	new.first_ns = bpf_ktime_get_boot_ns();
	new.direction = udp_direction(t, sk, out);
	new.local_port = bpf_ntohs(d->ports[out ? 0 : 1]);
	__builtin_memcpy(new.local_address, out ? d->source : d->destination, 16);
	udp_flow_owner(&new, t);
	if (!bpf_map_update_elem(&udp_flows, key, &new, BPF_NOEXIST))
		udp_flow_added();
	made = bpf_map_lookup_elem(&udp_flows, key);
	if (!made)
		udp_count(UDP_FULL);
	return made;
}

/* last_ns after the counters: user space, which reads a flow again when last_ns has changed, then finds this datagram in the counters. The clock is
 * read once a jiffy for each flow, which is cheaper by a tenth in a flood; user space allows for more (SLACK_NS). */
static __always_inline void udp_traffic_add(struct udp_traffic *traffic, __u64 bytes, __u64 packets, bool out)
{
	__u32 jiffy = bpf_jiffies64();

	__sync_fetch_and_add(out ? &traffic->tx_bytes : &traffic->rx_bytes, bytes);
	__sync_fetch_and_add(out ? &traffic->tx_packets : &traffic->rx_packets, packets);
	if (traffic->last_jiffy == jiffy)
		return;
	traffic->last_jiffy = jiffy;
	traffic->last_ns = bpf_ktime_get_boot_ns();
}

/* Counts a datagram of a flow that has a place. False: it is to be counted in the table. None but a UDP socket's cookie is in a place. A cookie of 0 is asked
 * for, by a call, and left where it was needed. */
static __always_inline bool udp_busy_counted(struct __sk_buff *skb, bool out, __u64 *cookie)
{
	struct udp_words words;
	struct udp_busy *busy;
	__u32 bytes;

	if (!datagram_read_words(skb, out, &words, &bytes))
		return false;
	if (!*cookie)
		*cookie = bpf_get_socket_cookie(skb);
	words.cookie = *cookie;
	busy = udp_busy_find(&words);
	if (busy)
		udp_traffic_add(&busy->traffic, bytes, datagram_packets(skb, bytes), out);
	return busy;
}

/* Keeps the compiler from reading one of two fields of a struct bpf_sock at an address that it has computed, which the verifier refuses. */
#ifndef barrier_var
#define barrier_var(value) asm volatile("" : "+r"(value))
#endif

static __always_inline bool is_same_address(const __u32 a[4], const __u32 b[4])
{
	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

/* The egress programs see a datagram after NAT (ip_finish_output() comes after the hook POSTROUTING), the ingress programs and the process see the ends before.
 * So what goes out of a connected socket has the ends that the socket knows, unless it has named another address in sendmsg() (`named`): then the
 * packet may really go there. A datagram without NAT, which has them, ends here after a few comparisons. */
static __always_inline void udp_as_connected(struct bpf_sock *sk, struct datagram *d)
{
	__u32 remote[4] = { 0, 0, bpf_htonl(0xffff) }, local[4] = { 0, 0, bpf_htonl(0xffff) };
	__be16 local_port = bpf_htons(sk->src_port), remote_port = sk->dst_port;
	struct tracked *t;

	if (!udp_shared.knows_named || !remote_port)
		return;
	if (sk->family == AF_INET) {
		remote[3] = sk->dst_ip4;
		barrier_var(remote[3]);
		local[3] = sk->src_ip4;
		barrier_var(local[3]);
	} else {
		remote[0] = sk->dst_ip6[0];
		remote[1] = sk->dst_ip6[1];
		remote[2] = sk->dst_ip6[2];
		remote[3] = sk->dst_ip6[3];
		local[0] = sk->src_ip6[0];
		local[1] = sk->src_ip6[1];
		local[2] = sk->src_ip6[2];
		local[3] = sk->src_ip6[3];
	}
	if (d->ports[0] == local_port && d->ports[1] == remote_port && is_same_address(remote, (const __u32 *)d->destination) &&
	    is_same_address(local, (const __u32 *)d->source))
		return;
	t = bpf_sk_storage_get(&udp_sockets, sk, 0, 0);
	if (t && t->named)
		return;
	d->ports[0] = local_port;
	d->ports[1] = remote_port;
	__builtin_memcpy(d->destination, remote, 16);
	if (local[3]) /* not bound to all addresses */
		__builtin_memcpy(d->source, local, 16);
}

/* A socket that has let go of its peer (connect() with AF_UNSPEC) has another port the next time (__udp_disconnect()), with the same peer too: the flow goes on from
 * there. A port that NAT has given is not the socket's. Flows that have a place are not looked at: they keep the port. */
static __always_inline void udp_follow_port(struct udp_flow *flow, struct bpf_sock *sk, const struct datagram *d, bool out)
{
	__u16 port = bpf_ntohs(d->ports[out ? 0 : 1]);

	if (flow->local_port == port || sk->src_port != port)
		return;
	flow->local_port = port;
	__builtin_memcpy(flow->local_address, out ? d->source : d->destination, 16);
}

static __always_inline void udp_table_count(struct __sk_buff *skb, struct bpf_sock *sk, __u64 cookie, bool out)
{
	struct udp_key key = {};
	struct udp_flow *flow;
	struct datagram d;

	if (!datagram_read(skb, &d)) {
		udp_count(UDP_UNREADABLE);
		return;
	}
	if (out)
		udp_as_connected(sk, &d);
	key.cookie = cookie ? cookie : bpf_get_socket_cookie(skb);
	__builtin_memcpy(key.remote_address, out ? d.destination : d.source, 16);
	key.scope = is_scoped(d.source) || is_scoped(d.destination) ? skb->ifindex : 0;
	key.remote_port = bpf_ntohs(d.ports[out ? 1 : 0]);
	flow = bpf_map_lookup_elem(&udp_flows, &key);
	if (!flow)
		flow = udp_flow_make(skb, sk, &key, &d, out);
	if (!flow)
		return;
	udp_follow_port(flow, sk, &d, out);
	udp_traffic_add(&flow->traffic, d.bytes, d.packets, out);
	if (!flow->busy_told && flow->traffic.rx_packets + flow->traffic.tx_packets >= UDP_BUSY_MANY)
		udp_flow_busy(flow);
	if (udp_settings.watch_dns && !out && key.remote_port == DNS_PORT && flow->traffic.tx_packets && d.packets == 1 &&
	    !dns_answered(skb, d.bytes))
		udp_count(UDP_DNS_UNREAD);
}

#ifdef TCPTOP_UDP_TYPES_H

/* Whether the datagram is counted, or is none of a UDP socket's. */
static __always_inline bool udp_is_done(struct __sk_buff *skb, bool out, __u64 *cookie, struct bpf_sock **sk)
{
	return !udp_socket_by_types(skb, cookie) || udp_busy_counted(skb, out, cookie);
}

#else

/* The look at the socket takes a call: of what comes in it is the last one. Of what goes out it comes first, for the sake of TCP's segments (is_tcp_segment()). */
static __always_inline bool udp_is_done(struct __sk_buff *skb, bool out, __u64 *cookie, struct bpf_sock **sk)
{
	if (!out)
		return is_tcp_segment(skb) || udp_busy_counted(skb, out, cookie);
	*sk = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
	return !*sk || (*sk)->protocol != IPPROTO_UDP || (*sk)->type != SOCK_DGRAM || udp_busy_counted(skb, out, cookie);
}

#endif

/* Counts one datagram. Only of UDP sockets: a raw socket is given copies of what others receive (raw_local_deliver()), which would count twice.
 * What the socket then drops (full receive buffer, socket filter) was counted here; udp_drops.bpf.c counts it as dropped. */
static __always_inline void udp_datagram(struct __sk_buff *skb, bool out)
{
	struct bpf_sock *sk = NULL;
	__u64 cookie = 0;

	if (udp_is_done(skb, out, &cookie, &sk))
		return;
	if (!sk)
		sk = skb->sk ? bpf_sk_fullsock(skb->sk) : NULL;
	if (sk && sk->protocol == IPPROTO_UDP && sk->type == SOCK_DGRAM)
		udp_table_count(skb, sk, cookie, out);
}

#endif
