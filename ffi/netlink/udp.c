/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "udp.h"
#include "identity.h"
#include "../base/clock.h"

#include <string.h>

void udp_dumped(struct netlink *n, struct netns *s, const struct diag_message *m)
{
	uint64_t cookie = cookie_of(n, s, m);
	struct socket_entry *e = socket_add(&n->sockets, cookie);

	if (!e) {
		n->invalid_dumps++;
		return;
	}
	if (!e->pass) {
		e->datagram = true;
		e->last.opened_ns = clock_ns(CLOCK_BOOTTIME);
	}
	e->netns_index = s - n->namespaces;
	e->pass = n->pass;
	e->missed = 0;
	e->has_drops = m->has_drops;
	e->drops = m->drops;
	socket_set_inode(n, e, m->inode);
	fill_identity(&e->last, s, m);
}

struct tcptop_udp_record udp_record(const struct socket_entry *e)
{
	const struct tcptop_tcp_record *l = &e->last;
	struct tcptop_udp_record r = {
		.tag = TAG_UDP_FLOW, .size = sizeof(r), .family = l->family, .state = UDP_LISTED, .how = l->how,
		.cookie = l->cookie, .first_ns = l->opened_ns, .cgroup_id = l->cgroup_id,
		.owner_start_ns = l->owner_start_ns, .tgid = l->tgid, .uid = l->uid, .netns = l->netns, .scope = l->scope,
		.several = l->several, .local_port = l->local_port, .remote_port = l->remote_port,
		.unknown = UNKNOWN_BYTES | UNKNOWN_PACKETS | UNKNOWN_AGE | UNKNOWN_DROPPED_BYTES |
			   (e->has_drops ? 0 : UNKNOWN_DROPPED_PACKETS),
		.rx_dropped_packets = e->drops,
	};

	memcpy(r.local_address, l->local_address, sizeof(r.local_address));
	memcpy(r.remote_address, l->remote_address, sizeof(r.remote_address));
	memcpy(r.comm, l->comm, sizeof(r.comm));
	return r;
}
