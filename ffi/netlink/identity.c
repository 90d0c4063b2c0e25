/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "identity.h"
#include "../base/clock.h"

#include <string.h>

uint64_t cookie_of(const struct netlink *n, const struct netns *s, const struct diag_message *m)
{
	return m->cookie | (uint64_t)(s - n->namespaces) << 48;
}

void fill_identity(struct tcptop_tcp_record *r, const struct netns *s, const struct diag_message *m)
{
	r->size = sizeof(*r);
	r->family = m->family;
	r->time_ns = clock_ns(CLOCK_BOOTTIME);
	r->netns = s->inode;
	r->local_port = m->local_port;
	r->remote_port = m->remote_port;
	memcpy(r->local_address, m->local, sizeof(r->local_address));
	memcpy(r->remote_address, m->remote, sizeof(r->remote_address));
	r->scope = m->family == 6 ? m->interface : 0;
}

void socket_set_inode(struct netlink *n, struct socket_entry *e, uint32_t inode)
{
	if (e->inode != inode)
		e->asked_pass = 0;
	e->inode = inode;
	if (inode && !e->asked_pass && e->last.how <= OWNER_LISTENER)
		n->unknown_sockets++;
}
