// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* What this machine's kernel throws away of TCP and UDP, by flow, direction and the kernel's reason, which it gives since 5.17. An object of its
 * own: it needs the kernel's types and neither of the two places where sockets are kept. Nothing runs while nothing is dropped: a packet that was
 * delivered or acknowledged is freed by consume_skb. */
#include "dropped_packet.h"
#include "record.h"
#include "udp_counters.h"
#include "udp_sockets.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define TCP_NEW_SYN_RECV 12 /* of a request sock, which is a struct sock only up to sock_common, as one in TIME_WAIT is */
#define SOCK_STREAM 1
#define TCP_FIN_SYN_RST 0x07
#define TCP_ACK 0x10

const volatile struct drop_settings settings = {};
struct drop_shared shared = {};

/* Without preallocation: an empty entry takes no memory. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, DROPS_MAX);
	__type(key, struct drop_key);
	__type(value, struct drop_count);
} drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, DROPS_REST_MAX);
	__type(key, struct drop_rest_key);
	__type(value, struct drop_count);
} drops_rest SEC(".maps");

static __always_inline bool is_told(u32 reason)
{
	return reason < DROP_REASONS ? settings.told[reason] : settings.told_others;
}

/* An acknowledgement alone that a later one overtook, as happens where a connection's packets go through two CPUs: the kernel throws it away for its
 * old timestamp, tells it from others since 6.14 (tcp_disordered_ack_check(): TCP_RFC7323_PAWS_ACK) only where its
 * sequence number is old as well, and nobody misses it. */
static __always_inline bool is_overtaken(u32 reason, const struct drop_key *key, const struct payload *p)
{
	return reason == settings.paws && key->protocol == IPPROTO_TCP && !p->bytes && (p->tcp_flags & (TCP_FIN_SYN_RST | TCP_ACK)) == TCP_ACK;
}

/* A connection, a listener or a UDP socket; NULL: something else, such as the socket by which the kernel answers for nobody. */
static __always_inline struct sock *socket_of(struct sock *sk)
{
	u8 state;
	u16 family;

	if (!sk)
		return NULL;
	state = sk->__sk_common.skc_state;
	family = sk->__sk_common.skc_family;
	if (state == TCP_TIME_WAIT || state == TCP_NEW_SYN_RECV || (family != AF_INET && family != AF_INET6))
		return NULL;
	if (sk->sk_protocol == IPPROTO_TCP ? sk->sk_type != SOCK_STREAM : sk->sk_protocol != IPPROTO_UDP || sk->sk_type != SOCK_DGRAM)
		return NULL;
	return sk;
}

/* Of a packet that is not for a socket yet the one that it has is who sent it; once it has come in (skb_iif) it may be who is to have it
 * (tcp_v4_early_demux()), or still the sender, in another network namespace of this machine: then its port tells. */
static __always_inline u8 direction_of(struct sk_buff *skb, struct sock *sk, const struct drop_key *key)
{
	u16 port = sk->__sk_common.skc_num;

	if (!skb->skb_iif)
		return DIRECTION_OUTBOUND;
	return key->source_port == port && key->destination_port != port ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
}

static __always_inline struct net_device *routed_device(struct sk_buff *skb)
{
	struct dst_entry *dst = (void *)(skb->_skb_refdst & ~1ul);

	return dst ? BPF_CORE_READ(dst, dev) : NULL;
}

/* skb->dev is no device once a datagram is on its way into a socket's queue (udp_set_dev_scratch()): then the socket is given, or, before 6.11, the
 * packet's route tells. Pointers are read by their address: process.h says what the verifier does otherwise. */
static __always_inline u32 netns_of(struct sk_buff *skb, struct sock *sk, bool has_receiver)
{
	struct net_device *dev;

	if (sk)
		return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	if (has_receiver) {
		dev = BPF_CORE_READ(skb, dev);
		if (dev)
			return BPF_CORE_READ(dev, nd_net.net, ns.inum);
	}
	dev = routed_device(skb);
	if (!dev && !has_receiver)
		dev = BPF_CORE_READ(skb, dev);
	return dev ? BPF_CORE_READ(dev, nd_net.net, ns.inum) : 0;
}

static __always_inline u32 scope_of(struct sk_buff *skb, const struct drop_key *key)
{
	struct net_device *dev;

	if (!is_scoped(key->source) && !is_scoped(key->destination))
		return 0;
	if (skb->skb_iif)
		return skb->skb_iif;
	dev = routed_device(skb);
	return dev ? BPF_CORE_READ(dev, ifindex) : 0;
}

static __always_inline void count_add(struct drop_count *count, const struct payload *p, u64 now_ns)
{
	__sync_fetch_and_add(&count->packets, p->packets);
	__sync_fetch_and_add(&count->bytes, p->bytes);
	count->last_ns = now_ns;
}

/* By reason alone: the table is full. */
static __always_inline void count_rest(const struct drop_key *key, const struct payload *p, u64 now_ns)
{
	struct drop_rest_key rest = { .reason = key->reason, .direction = key->direction, .protocol = key->protocol };
	struct drop_count new = { .first_ns = now_ns }, *count = bpf_map_lookup_elem(&drops_rest, &rest);

	if (!count) {
		bpf_map_update_elem(&drops_rest, &rest, &new, BPF_NOEXIST);
		count = bpf_map_lookup_elem(&drops_rest, &rest);
	}
	if (count)
		count_add(count, p, now_ns);
	else
		__sync_fetch_and_add(&shared.uncounted, p->packets);
}

/* Two CPUs may make the same entry at once: the second finds it made. */
static __always_inline struct drop_count *count_make(const struct drop_key *key, u64 now_ns)
{
	struct drop_count new = { .first_ns = now_ns };

	if (!bpf_map_update_elem(&drops, key, &new, BPF_NOEXIST))
		__sync_fetch_and_add(&shared.added, 1);
	return bpf_map_lookup_elem(&drops, key);
}

/* As udp_direction() has it of what is sent. */
static __always_inline u8 udp_sent_direction(struct sock *sk, const struct tracked *t)
{
	if (sk->__sk_common.skc_dport)
		return DIRECTION_OUTBOUND;
	if (t && t->direction != DIRECTION_UNKNOWN)
		return t->direction;
	return t && t->opened_ns ? DIRECTION_OUTBOUND : DIRECTION_UNKNOWN;
}

/* A flow of which no datagram has come as far as udp_out (udp.bpf.c), which a firewall's output hook comes before, has no entry yet among the flows
 * of UDP; it is there as long as its process tries. */
static __always_inline void udp_sent(struct sock *sk, const struct drop_key *drop, u64 now_ns)
{
	struct udp_key key = { .cookie = drop->cookie, .scope = drop->scope, .remote_port = drop->destination_port };
	struct udp_flow new = {}, *flow;
	struct tracked *t;

	__builtin_memcpy(key.remote_address, drop->destination, 16);
	flow = bpf_map_lookup_elem(&udp_flows, &key);
	if (flow) {
		flow->traffic.last_ns = now_ns;
		return;
	}
	new.first_ns = new.traffic.last_ns = now_ns;
	new.local_port = drop->source_port;
	new.netns = drop->netns;
	__builtin_memcpy(new.local_address, drop->source, 16);
	t = bpf_sk_storage_get(&udp_sockets, sk, 0, 0);
	new.direction = udp_sent_direction(sk, t);
	if (t) {
		new.how = t->how;
		new.owner = t->owner;
		new.several = t->several;
	}
	if (new.how == OWNER_NONE)
		udp_count(UDP_UNOWNED);
	if (!bpf_map_update_elem(&udp_flows, &key, &new, BPF_NOEXIST))
		udp_count(UDP_ADDED);
	else if (!bpf_map_lookup_elem(&udp_flows, &key))
		udp_count(UDP_FULL);
}

/* `receiver`: the socket that was to have it; NULL: it had not come so far, or the kernel does not say. */
static __always_inline int dropped(struct sk_buff *skb, u32 reason, struct sock *receiver, bool has_receiver)
{
	struct drop_key key = { .reason = reason };
	struct drop_count *count;
	struct payload p = {};
	struct sock *sk;
	u64 now_ns;

	if (!is_told(reason))
		return 0;
	sk = socket_of(receiver ? receiver : skb->sk);
	if (!packet_read(skb, &key, &p) && (!sk || receiver || skb->skb_iif || !packet_of_socket(skb, sk, &key, &p)))
		return 0;
	if (is_overtaken(reason, &key, &p))
		return 0;
	key.scope = scope_of(skb, &key);
	key.netns = netns_of(skb, sk, has_receiver);
	if (sk) {
		key.cookie = sk->__sk_common.skc_cookie.counter; /* the helper takes none that an skb points to; 0: nobody has asked for it */
		key.direction = receiver ? DIRECTION_INBOUND : direction_of(skb, sk, &key);
	}
	now_ns = bpf_ktime_get_boot_ns();
	count = bpf_map_lookup_elem(&drops, &key);
	if (!count)
		count = count_make(&key, now_ns);
	if (count)
		count_add(count, &p, now_ns);
	else
		count_rest(&key, &p, now_ns);
	if (settings.udp && sk && key.protocol == IPPROTO_UDP && key.direction == DIRECTION_OUTBOUND)
		udp_sent(sk, &key, now_ns);
	*(volatile u64 *)&shared.last_ns = now_ns;
	return 0;
}

/* Since 6.11 (commit c53795d48ee8). */
SEC("tp_btf/kfree_skb")
int BPF_PROG(packet_dropped, struct sk_buff *skb, void *location, u32 reason, struct sock *receiver)
{
	return dropped(skb, reason, receiver, true);
}

/* Since 5.17 (commit c504e5c2f964). */
SEC("tp_btf/kfree_skb")
int BPF_PROG(packet_dropped_plain, struct sk_buff *skb, void *location, u32 reason)
{
	return dropped(skb, reason, NULL, false);
}
