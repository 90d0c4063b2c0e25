/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "udp.h"
#include "shown.h"
#include "../base/clock.h"

#include <string.h>

void udp_shown(struct netlink *n, struct space *s, const struct diag_message *m)
{
	uint64_t cookie = cookie_of(n, s, m);
	struct known *k = known_add(&n->sockets, cookie);

	if (!k) {
		n->invalid_dumps++;
		return;
	}
	if (!k->pass) {
		k->datagram = true;
		k->last.opened_ns = clock_ns(CLOCK_BOOTTIME);
	}
	k->space = s - n->spaces;
	k->pass = n->pass;
	k->missed = 0;
	k->has_drops = m->has_drops;
	k->drops = m->drops;
	known_inode(n, k, m->inode);
	fill_identity(&k->last, s, m);
}

struct tcptop_udp_record udp_record(const struct known *k)
{
	const struct tcptop_tcp_record *l = &k->last;
	struct tcptop_udp_record r = {
		.tag = TAG_UDP_FLOW, .size = sizeof(r), .family = l->family, .state = UDP_LISTED, .how = l->how,
		.cookie = l->cookie, .first_ns = l->opened_ns, .cgroup_id = l->cgroup_id,
		.owner_start_ns = l->owner_start_ns, .tgid = l->tgid, .uid = l->uid, .netns = l->netns, .scope = l->scope,
		.several = l->several, .local_port = l->local_port, .remote_port = l->remote_port,
		.unknown = UNKNOWN_BYTES | UNKNOWN_PACKETS | UNKNOWN_AGE | UNKNOWN_DROPPED_BYTES |
			   (k->has_drops ? 0 : UNKNOWN_DROPPED_PACKETS),
		.rx_dropped_packets = k->drops,
	};

	memcpy(r.local_address, l->local_address, sizeof(r.local_address));
	memcpy(r.remote_address, l->remote_address, sizeof(r.remote_address));
	memcpy(r.comm, l->comm, sizeof(r.comm));
	return r;
}
